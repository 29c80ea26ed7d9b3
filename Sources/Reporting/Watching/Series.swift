/// The course of a metric, in memory that does not grow with the number of its values.
struct Series: Sendable {
  /// The metric.
  let name: String
  /// The last value.
  private(set) var last = Double.nan
  /// The least and the greatest finite value; nil before there is one.
  private(set) var range: ClosedRange<Double>?
  /// How many values there were.
  private(set) var count = 0

  /// A place in the run with a value: means of neighbours.
  private struct Point {
    var step = 0.0
    var value = 0.0
    var weight = 0.0

    mutating func add(_ other: Point) {
      let sum = weight + other.weight
      // Not by differences: infinities stay what they are.
      step = step * (weight / sum) + other.step * (other.weight / sum)
      value =
        weight == 0 ? other.value : value * (weight / sum) + other.value * (other.weight / sum)
      weight = sum
    }
  }

  private var points: [Point] = []
  private var stride = 1
  private var pending = Point()
  private static let capacity = 1024

  init(name: String) { self.name = name }

  /// Adds the value after a step.
  mutating func add(_ value: Double, step: Int) {
    count += 1
    last = value
    if value.isFinite {
      range = range.map { min($0.lowerBound, value)...max($0.upperBound, value) } ?? value...value
    }
    pending.add(Point(step: Double(step), value: value, weight: 1))
    guard Int(pending.weight) == stride else { return }
    points.append(pending)
    pending = Point()
    if points.count == Self.capacity { halve() }
  }

  private mutating func halve() {
    points = Swift.stride(from: 0, to: points.count, by: 2).map { place in
      var point = points[place]
      point.add(points[place + 1])
      return point
    }
    stride *= 2
  }

  /// At most `width` values that show the course over the steps, which need not be evenly spaced.
  func means(width: Int) -> [Double] {
    let all = points + (pending.weight > 0 ? [pending] : [])
    guard width > 0, let first = all.first?.step, let last = all.last?.step else { return [] }
    let count = min(width, all.count)
    var cells = [Point](repeating: Point(), count: count)
    for point in all {
      let share = last > first ? (point.step - first) / (last - first) : 0
      cells[min(count - 1, max(0, Int(share * Double(count))))].add(point)
    }
    var before = all[0].value
    return cells.map { cell in
      if cell.weight > 0 { before = cell.value }
      return before
    }
  }

  /// The course as a line of small bars: the least is the lowest. What is not a finite number is `!`.
  func sparkline(width: Int, isUnicode: Bool) -> String {
    let levels = Array(isUnicode ? "▁▂▃▄▅▆▇█" : "_.-=+*#@")
    let values = means(width: width)
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else {
      return String(repeating: "!", count: values.count)
    }
    return String(
      values.map { value in
        guard value.isFinite else { return "!" }
        // Halves, so that numbers near the greatest do not overflow.
        let share = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5
        return levels[min(levels.count - 1, Int(share * Double(levels.count)))]
      })
  }
}
