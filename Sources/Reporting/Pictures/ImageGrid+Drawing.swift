import PNG

extension ImageGrid {
  /// Draws the grid as an RGB picture.
  public func render() -> PNGImage {
    let layout = layout()
    var canvas = Canvas(width: layout.width, height: layout.height)
    drawTexts(layout, on: &canvas)
    let shared = resolvedScale()
    for (place, slot) in slots.enumerated() {
      guard let tile = slot else { continue }
      let corner = layout.corner(row: place / columns, column: place % columns)
      canvas.frame(x: corner.x, y: corner.y, width: layout.tileWidth, height: layout.tileHeight)
      let scale = shared ?? .signed(limit: ColorScale.robustLimit(of: finite(tile)))
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

  private func finite(_ tile: Int) -> ArraySlice<Float> {
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
    let values = (0..<tiles.channels).map { channel in
      tiles.value(tile: tile, channel: channel, row: row, column: column)
    }
    guard let first = values[0] else { return .nothing }
    guard tiles.channels == 3, let second = values[1], let third = values[2] else {
      return scale.color(first)
    }
    if first.isNaN || second.isNaN || third.isNaN { return .invalid }
    return RGB(
      red: scale.level(first), green: scale.level(second), blue: scale.level(third))
  }

  private func drawTexts(_ layout: Layout, on canvas: inout Canvas) {
    if let title {
      canvas.text(title, x: Layout.margin, y: Layout.margin, scale: layout.titleScale)
    }
    for (column, label) in columnLabels.prefix(columns).enumerated() {
      drawColumnLabel(label, column, layout, on: &canvas)
    }
    let scale = layout.rowLabelScale
    for (row, label) in rowLabels.prefix(rows).enumerated() {
      let x = layout.left - Layout.textGap - Font.width(of: label) * scale
      let y = layout.corner(row: row, column: 0).y
      let middle = (layout.tileHeight - Font.height * scale) / 2
      canvas.text(label, x: x, y: y + middle, scale: scale)
    }
  }

  private func drawColumnLabel(
    _ label: String, _ column: Int, _ layout: Layout, on canvas: inout Canvas
  ) {
    let scale = layout.columnLabelScale
    let room = (layout.tileWidth + layout.gap) / (Font.advance * scale)
    let text = String(label.prefix(room))
    let x = layout.corner(row: 0, column: column).x
    let middle = (layout.tileWidth - Font.width(of: text) * scale) / 2
    let y = layout.top - Layout.textGap - Font.height * scale
    canvas.text(text, x: x + middle, y: y, scale: scale)
  }
}
