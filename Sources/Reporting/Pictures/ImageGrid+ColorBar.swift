/// Sizes of a colour bar, in pixels.
enum ColorBar {
  /// Between the grid and the bar.
  static let gap = 22
  /// The bar itself.
  static let width = 16
  /// Between the bar and its numbers.
  static let textGap = 10
}

extension ImageGrid {
  /// The numbers beside the bar, with their height as a share of the bar from its top.
  func barLabels() -> [(text: String, share: Double)] {
    switch resolvedScale() {
    case .gray(let lower, let upper)?:
      [(Self.number(upper), 0), (Self.number(lower), 1)]
    case .signed(let limit)?:
      [("+" + Self.number(limit), 0), ("0", 0.5), ("-" + Self.number(limit), 1)]
    case nil:
      // Each tile has its own limit, so there is no number to give.
      [("+max", 0), ("0", 0.5), ("-max", 1)]
    }
  }

  func drawBar(_ layout: Layout, on canvas: inout Canvas) {
    let x = layout.left + layout.gridWidth + ColorBar.gap
    let (y, height) = (layout.top, layout.barHeight)
    canvas.frame(x: x, y: y, width: ColorBar.width, height: height)
    for row in 0..<height {
      let share = Float(row) / Float(height - 1)
      canvas.fill(x: x, y: y + row, width: ColorBar.width, height: 1, barColor(share))
    }
    for label in barLabels() {
      let room = height - Font.height * Layout.textScale
      canvas.text(
        label.text, x: x + ColorBar.width + ColorBar.textGap,
        y: y + Int(label.share * Double(room)),
        scale: Layout.textScale)
    }
  }

  /// The colour at a share of the bar's height, from the top.
  private func barColor(_ share: Float) -> RGB {
    guard case .gray = scale else { return Diverging.color(1 - 2 * share) }
    return ResolvedScale.gray(lower: 0, upper: 1).color(1 - share)
  }

  /// Three significant digits, without zeros at the end.
  private static func number(_ value: Float) -> String {
    let size = abs(Double(value))
    if size == 0 { return "0" }
    if size < 1e-3 || size >= 1e5 { return Format.scientific(Double(value), 1) }
    let places = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4
    let text = Format.fixed(Double(value), places)
    guard text.contains(".") else { return text }
    let kept = text.reversed().drop { $0 == "0" }
    return String(String(kept.first == "." ? kept.dropFirst() : kept).reversed())
  }
}
