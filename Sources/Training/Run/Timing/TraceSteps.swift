/// Which steps of a run its timeline keeps whole. Of all others it keeps checkpoints, evaluations and
/// pictures alone, so that the file stays of a size that can be looked at.
public enum TraceSteps: Sendable, Equatable {
  /// So many steps of each epoch, after the first ones, in which caches fill.
  case ofEachEpoch
  /// Steps of the run, counted from 1 as in metrics.jsonl.
  case range(ClosedRange<Int>)

  static let warmUp = 10
  static let count = 20

  /// Whether a step is kept whole.
  /// - Parameters:
  ///   - step: the step of the run, from 1.
  ///   - place: its place in the epoch, from 0.
  ///   - length: the steps of the epoch.
  func contains(_ step: Int, place: Int, of length: Int) -> Bool {
    switch self {
    case .range(let range): return range.contains(step)
    case .ofEachEpoch:
      let first = min(Self.warmUp, length / 2)
      return (first..<first + Self.count).contains(place)
    }
  }

  /// What `--trace-steps` says, such as `100-150` or `7`; nil for anything else.
  public init?(_ text: String) {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
      first > 0, first <= last
    else { return nil }
    self = .range(first...last)
  }
}
