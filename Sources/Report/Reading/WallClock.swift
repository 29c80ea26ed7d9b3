import Reporting

/// How long a run has taken from its starts to their ends.
struct WallClock: Equatable {
  let seconds: Double
  /// Such as "last start", where it is not that of all starts.
  let remark: String?

  /// The starts that have an end, added up; else what `timing.json` says, which is of the last one.
  init?(_ environment: RunEnvironment, _ timing: Timing?) {
    let starts = environment.starts.count
    let known = environment.starts.compactMap(Self.seconds)
    if !known.isEmpty {
      seconds = known.reduce(0, +)
      remark = known.count < starts ? "\(known.count) of \(starts) starts" : nil
    } else if let last = timing?.seconds, last.isFinite {
      seconds = last
      remark = max(starts, timing?.starts ?? 1) > 1 ? "last start" : nil
    } else {
      return nil
    }
  }

  private static func seconds(_ start: JSONValue) -> Double? {
    guard let begin = start["time"]?.doubleValue, let end = start["end"]?["time"]?.doubleValue,
      begin.isFinite, end >= begin, end - begin < 1e11
    else { return nil }
    return end - begin
  }
}
