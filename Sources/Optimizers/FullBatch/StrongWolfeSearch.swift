/// Finds a step along a direction that satisfies the strong Wolfe conditions: the value falls enough,
/// f(α) ≤ f(0) + c₁ α f′(0), and its slope flattens enough, |f′(α)| ≤ c₂ |f′(0)|.
///
/// Source: Nocedal and Wright, "Numerical optimization", 2006, algorithms 3.5 and 3.6, with the cubic
/// interpolation of equation 3.59.
public struct StrongWolfeSearch: Sendable {
  /// A place on the line.
  public struct Point: Sendable, Equatable {
    /// α.
    public var step: Double
    /// f(α).
    public var value: Double
    /// f′(α).
    public var slope: Double

    /// A place.
    public init(step: Double, value: Double, slope: Double) {
      self.step = step
      self.value = value
      self.slope = slope
    }

    fileprivate var isFinite: Bool { value.isFinite && slope.isFinite }
  }

  /// c₁.
  public var decrease = 1e-4
  /// c₂: 0.9 suits quasi-Newton steps, 0.1 to 0.4 conjugate gradients.
  public var curvature = 0.9
  /// The most evaluations of a search.
  public var evaluations = 25

  /// A search with the usual constants.
  public init(curvature: Double = 0.9) { self.curvature = curvature }

  /// Searches.
  /// - Parameters:
  ///   - start: the place α = 0; its slope is negative.
  ///   - first: the step to try first.
  ///   - evaluate: the value and slope of a step.
  /// - Returns: the last place evaluated, if it satisfies both conditions; when evaluations run out, a
  ///   place where the value has fallen enough, perhaps an earlier one; nil when there is none.
  public func run(
    from start: Point, first: Double, _ evaluate: (Double) throws -> Point
  ) rethrows -> Point? {
    var left = evaluations
    var (previous, step) = (start, first)
    while left > 0 {
      left -= 1
      let point = try evaluate(step)
      let isHigher = previous.step > 0 && point.value >= previous.value
      if !falls(point, start) || isHigher {
        return try zoom(previous, point, start, &left, evaluate)
      }
      if flattens(point, start) { return point }
      if point.slope >= 0 { return try zoom(point, previous, start, &left, evaluate) }
      step = beyond(previous, point)
      previous = point
    }
    return previous.step > 0 ? previous : nil
  }

  /// The minimum of the cubic when that lies ahead, at most ten times as far; or four times as far.
  private func beyond(_ previous: Point, _ point: Point) -> Double {
    guard let minimum = Self.minimum(previous, point), minimum > 1.01 * point.step else {
      return 4 * point.step
    }
    return min(minimum, 10 * point.step)
  }

  /// Between a low place, which falls enough, and one on the other side of a good one.
  private func zoom(
    _ low: Point, _ high: Point, _ start: Point, _ left: inout Int,
    _ evaluate: (Double) throws -> Point
  ) rethrows -> Point? {
    var (low, high) = (low, high)
    while left > 0 {
      left -= 1
      let point = try evaluate(between(low, high))
      if !falls(point, start) || point.value >= low.value {
        high = point
      } else {
        if flattens(point, start) { return point }
        if point.slope * (high.step - low.step) >= 0 { high = low }
        low = point
      }
    }
    return low.step > 0 ? low : nil
  }

  /// The minimum of the cubic, not nearer to an end than a tenth of the way; or half the way.
  private func between(_ low: Point, _ high: Point) -> Double {
    let (first, last) = (min(low.step, high.step), max(low.step, high.step))
    guard low.isFinite, high.isFinite, let minimum = Self.minimum(low, high) else {
      return (first + last) / 2
    }
    let margin = 0.1 * (last - first)
    return min(max(minimum, first + margin), last - margin)
  }

  private func falls(_ point: Point, _ start: Point) -> Bool {
    point.isFinite && point.value <= start.value + decrease * point.step * start.slope
  }

  private func flattens(_ point: Point, _ start: Point) -> Bool {
    abs(point.slope) <= curvature * abs(start.slope)
  }

  /// Where the cubic through two places with their slopes has its minimum, if it has one.
  private static func minimum(_ a: Point, _ b: Point) -> Double? {
    let d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step)
    let square = d1 * d1 - a.slope * b.slope
    guard square >= 0 else { return nil }
    let d2 = (b.step > a.step ? 1 : -1) * square.squareRoot()
    let step =
      b.step - (b.step - a.step) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    return step.isFinite ? step : nil
  }
}
