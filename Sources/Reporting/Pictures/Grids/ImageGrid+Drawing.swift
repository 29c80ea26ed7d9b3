import PNG

extension ImageGrid {
  /// Draws the grid as an RGB picture.
  public func render() -> PNGImage {
    let layout = layout()
    var canvas = sheet(layout).canvas()
    drawTexts(layout, on: &canvas)
    let shared = resolvedScale()
    for (place, slot) in slots.enumerated() {
      guard let tile = slot else { continue }
      let corner = layout.corner(row: place / columns, column: place % columns)
      canvas.frame(x: corner.x, y: corner.y, width: layout.tileWidth, height: layout.tileHeight)
      let scale = shared ?? .signed(limit: ColorScale.robustLimit(of: values(tile)))
      draw(tile: tile, at: corner, side: layout.magnification, scale, on: &canvas)
    }
    if hasColorBar { drawBar(layout, on: &canvas) }
    return canvas.image
  }

  /// The scale of all tiles; `nil` where each has its own.
  func resolvedScale() -> ResolvedScale? {
    switch scale {
    case .gray(let range): .gray(lower: range.lowerBound, upper: range.upperBound)
    case .signed(.fixed(let limit)): .signed(limit: limit > 0 ? limit : 1)
    case .signed(.overall): .signed(limit: ColorScale.robustLimit(of: tiles.values))
    case .signed(.perTile): nil
    }
  }

  private func values(_ tile: Int) -> ArraySlice<Float> {
    tiles.values[tile * tiles.length..<(tile + 1) * tiles.length]
  }

  private func draw(
    tile: Int, at corner: (x: Int, y: Int), side: Int, _ scale: ResolvedScale,
    on canvas: inout Canvas
  ) {
    for row in 0..<tiles.height {
      for column in 0..<tiles.width {
        let color = color(tile: tile, row: row, column: column, scale)
        canvas.fill(
          x: corner.x + column * side, y: corner.y + row * side, width: side, height: side, color)
      }
    }
  }

  private func color(tile: Int, row: Int, column: Int, _ scale: ResolvedScale) -> RGB {
    guard let first = tiles.value(tile: tile, channel: 0, row: row, column: column) else {
      return .nothing
    }
    guard tiles.channels == 3,
      let second = tiles.value(tile: tile, channel: 1, row: row, column: column),
      let third = tiles.value(tile: tile, channel: 2, row: row, column: column)
    else { return scale.color(first) }
    if first.isNaN || second.isNaN || third.isNaN { return .invalid }
    return RGB(
      red: scale.level(first), green: scale.level(second), blue: scale.level(third))
  }

  private func drawTexts(_ layout: Layout, on canvas: inout Canvas) {
    if let columnAxis {
      let y = layout.top - layout.labelHeight - Sheet.textGap - Font.small.height
      canvas.text(columnAxis, x: layout.left, y: y, .small, .faint)
    }
    if let rowAxis {
      // It ends where the first row begins.
      let y = layout.top + Font.small.width(of: rowAxis) - 1
      let x = layout.left - layout.labelWidth - Sheet.textGap - Font.small.height
      canvas.risingText(rowAxis, x: x, y: y, .small, .faint)
    }
    drawColumnLabels(layout, on: &canvas)
    drawRowLabels(layout, on: &canvas)
  }

  private func drawRowLabels(_ layout: Layout, on canvas: inout Canvas) {
    let font = labelFont
    // Where rows are lower than a line, every second has a label, or every third, …
    let step = max(1, (font.height + 5 + layout.tileHeight) / (layout.tileHeight + layout.gap))
    for (row, label) in shortRowLabels.enumerated() where row % step == 0 {
      let x = layout.left - Sheet.textGap - font.width(of: label)
      let y = layout.corner(row: row, column: 0).y
      canvas.text(label, x: x, y: y + (layout.tileHeight - font.height) / 2, font)
    }
  }

  private func drawColumnLabels(_ layout: Layout, on canvas: inout Canvas) {
    let pitch = layout.tileWidth + layout.gap
    // A text may be as wide as the step from one label to the next; four columns at most.
    let widest = columnLabels.map { Font.small.width(of: $0) }.max() ?? 0
    let step = max(1, min(4, (widest + 6 + pitch) / pitch))
    let y = layout.top - Sheet.textGap - Font.small.height
    for (column, label) in columnLabels.prefix(columns).enumerated() where column % step == 0 {
      let text = PictureText.shortened(label, to: step * pitch - 4, .small)
      let middle = layout.corner(row: 0, column: column).x + layout.tileWidth / 2
      let x = max(Sheet.margin, middle - Font.small.width(of: text) / 2)
      canvas.text(text, x: x, y: y, .small)
    }
  }
}
