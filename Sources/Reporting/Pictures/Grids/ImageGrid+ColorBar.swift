/// A colour bar, in pixels.
enum ColorBar {
  /// Between the grid and the bar.
  static let gap = 22
  /// The bar itself.
  static let thickness = 16
  /// From the bar's edge, a tick.
  static let tick = 4
  /// Between the bar and its numbers.
  static let textGap = 9

  /// What the bar of a grid takes, with its numbers and its title.
  static func width(_ grid: ImageGrid) -> Int {
    let texts = grid.barLabels().map(\.text) + (grid.hasInvalid ? ["NaN"] : [])
    let widest = texts.map { Font.small.width(of: $0) }.max() ?? 0
    let title = grid.barTitle == nil ? 0 : Font.small.height + textGap
    return thickness + textGap + widest + title
  }

  /// What stands below the bar.
  static func below(_ grid: ImageGrid) -> Int { grid.hasInvalid ? 12 + thickness : 0 }
}

extension ImageGrid {
  /// Whether a tile holds what is no number.
  var hasInvalid: Bool { tiles.values.contains { $0.isNaN } }

  /// The numbers beside the bar, with their height as a share of the bar from its top.
  func barLabels() -> [(text: String, share: Double)] {
    switch resolvedScale() {
    case .gray(let lower, let upper)?:
      let middle = (lower + upper) / 2
      // What is nothing beside the scale is rounding.
      let least = abs(upper - lower) * 1e-5
      return [(upper, 0), (middle, 0.5), (lower, 1)].map { value, share in
        (Self.number(abs(value) < least ? 0 : value), share)
      }
    case .signed(let limit)?:
      // A scale that leaves the largest values out says so.
      let exceeds = tiles.values.contains { abs($0) > limit }
      return [
        ((exceeds ? "≥ +" : "+") + Self.number(limit), 0), ("+" + Self.number(limit / 2), 0.25),
        ("0", 0.5), (Self.number(-limit / 2), 0.75),
        ((exceeds ? "≤ " : "") + Self.number(-limit), 1),
      ]
    case nil:
      // Each tile has its own limit, so there is no number to give.
      return [("+max", 0), ("0", 0.5), ("−max", 1)]
    }
  }

  func drawBar(_ layout: Layout, on canvas: inout Canvas) {
    let x = layout.left + layout.gridWidth + ColorBar.gap
    let (y, height) = (layout.top, layout.barHeight)
    canvas.frame(x: x, y: y, width: ColorBar.thickness, height: height)
    for row in 0..<height {
      let share = Float(row) / Float(height - 1)
      canvas.fill(x: x, y: y + row, width: ColorBar.thickness, height: 1, barColor(share))
    }
    let right = x + ColorBar.thickness
    for label in barLabels() {
      let line = y + Int((label.share * Double(height - 1)).rounded())
      canvas.fill(x: right + 1, y: line, width: ColorBar.tick, height: 1, .faint)
      let top = min(max(line - Font.small.height / 2, y), y + height - Font.small.height)
      canvas.text(label.text, x: right + ColorBar.textGap, y: top, .small)
    }
    if hasInvalid { drawInvalid(x: x, y: y + height + 12, on: &canvas) }
    if let barTitle {
      let x = layout.left + layout.gridWidth + ColorBar.gap + ColorBar.width(self)
      let room = PictureText.shortened(barTitle, to: height, .small)
      let below = y + (height + Font.small.width(of: room)) / 2
      canvas.risingText(room, x: x - Font.small.height, y: below, .small, .faint)
    }
  }

  /// What the colour of values that are no numbers means.
  private func drawInvalid(x: Int, y: Int, on canvas: inout Canvas) {
    let side = ColorBar.thickness
    canvas.frame(x: x, y: y, width: side, height: side)
    canvas.fill(x: x, y: y, width: side, height: side, .invalid)
    canvas.text(
      "NaN", x: x + side + ColorBar.textGap, y: y + (side - Font.small.height) / 2, .small)
  }

  /// The colour at a share of the bar's height, from the top.
  private func barColor(_ share: Float) -> RGB {
    guard case .gray = scale else { return Diverging.color(1 - 2 * share) }
    return ResolvedScale.gray(lower: 0, upper: 1).color(1 - share)
  }

  /// Three significant digits, without zeros at the end.
  private static func number(_ value: Float) -> String { Axis.short(Double(value)) }
}
