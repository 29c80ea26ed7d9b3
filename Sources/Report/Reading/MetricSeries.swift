/// The values of one metric in the course of a run.
public struct MetricSeries: Sendable {
  /// What a series is of.
  public struct Name: Hashable, Sendable {
    /// `train` or `evaluation`.
    public var kind: String
    /// The entry of the curriculum.
    public var stage: String
    /// The metric.
    public var metric: String
  }

  /// One value.
  public struct Point: Equatable, Sendable {
    /// Updates since the start of the run.
    public var step: Int
    /// As the log has it: of a training line the epoch under way, of an evaluation the epochs done.
    public var epoch: Int
    /// Seconds since 1970; nil in logs that do not say.
    public var time: Double?
    /// Perhaps not finite.
    public var value: Double
  }

  /// What it is of.
  public let name: Name
  /// The values, in the order of the log.
  public internal(set) var points: [Point] = []

  /// At most about `limit` points that look the same when drawn: of each of equal parts the least and the greatest
  /// value, and one that is not finite; besides the first and the last of all.
  func thinned(to limit: Int) -> MetricSeries {
    guard points.count > limit, limit >= 8 else { return self }
    let parts = limit / 3
    var kept: Set<Int> = [0, points.count - 1]
    for part in 0..<parts {
      let range = points.count * part / parts..<points.count * (part + 1) / parts
      let finite = range.filter { points[$0].value.isFinite }
      let ends = [
        finite.min { points[$0].value < points[$1].value },
        finite.max { points[$0].value < points[$1].value },
        range.first { !points[$0].value.isFinite },
      ]
      kept.formUnion(ends.compactMap { $0 })
    }
    var copy = self
    copy.points = kept.sorted().map { points[$0] }
    return copy
  }
}
