/// The shape of a point: classes differ in shape as well as in colour.
enum Mark: Int, CaseIterable {
  case disc, triangle, square, cross, diamond

  /// The mark of a class by its place among the classes.
  static func of(_ place: Int) -> Mark { allCases[place % allCases.count] }
}

extension Canvas {
  /// A mark around (x, y), about as large as a disc of this radius.
  mutating func mark(
    _ mark: Mark, x: Double, y: Double, radius: Double, _ color: RGB, opacity: Double = 1
  ) {
    let room = radius * 1.5
    shape(x: x - room...x + room, y: y - room...y + room, color, opacity: opacity) { column, row in
      let (dx, dy) = (column - x, row - y)
      return 0.5 + mark.depth(dx, dy, radius)
    }
  }

  /// A line of a width in pixels.
  mutating func line(
    from a: (x: Double, y: Double), to b: (x: Double, y: Double), width: Double, _ color: RGB
  ) {
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    let length = dx * dx + dy * dy
    let room = width
    shape(
      x: min(a.x, b.x) - room...max(a.x, b.x) + room,
      y: min(a.y, b.y) - room...max(a.y, b.y) + room,
      color, opacity: 1
    ) { x, y in
      let share = length > 0 ? min(1, max(0, ((x - a.x) * dx + (y - a.y) * dy) / length)) : 0
      let (ex, ey) = (x - a.x - share * dx, y - a.y - share * dy)
      return 0.5 + width / 2 - (ex * ex + ey * ey).squareRoot()
    }
  }
}

extension Mark {
  /// How deep inside of the mark around the origin a point lies, in pixels; outside it is negative.
  fileprivate func depth(_ x: Double, _ y: Double, _ radius: Double) -> Double {
    switch self {
    case .disc: return radius - (x * x + y * y).squareRoot()
    case .square: return 0.87 * radius - max(abs(x), abs(y))
    case .diamond: return (1.25 * radius - abs(x) - abs(y)) / 2.0.squareRoot()
    case .triangle: return min(radius * 0.8 - y, (y + radius * 1.2 - 1.85 * abs(x)) / 2.1)
    case .cross:
      let (across, along) = (abs(abs(x) - abs(y)), max(abs(x), abs(y)))
      return min(0.4 * radius - across / 2.0.squareRoot(), radius - along)
    }
  }
}
