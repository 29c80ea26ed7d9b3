import Dispatch

/// Where a rank's time went, in seconds.
public struct StepTimes: Sendable {
  /// Making batches of samples that are in memory, and waiting for those that are not.
  public var load = 0.0
  /// The objective.
  public var compute = 0.0
  /// Messages, waiting for other ranks, and updates.
  public var reduce = 0.0

  /// Both together.
  static func + (one: StepTimes, other: StepTimes) -> StepTimes {
    StepTimes(
      load: one.load + other.load, compute: one.compute + other.compute,
      reduce: one.reduce + other.reduce)
  }
}

/// A stopwatch of laps.
struct StepClock {
  private var last = DispatchTime.now().uptimeNanoseconds

  /// Adds the time since the last lap.
  mutating func lap(_ total: inout Double) {
    let now = DispatchTime.now().uptimeNanoseconds
    total += Double(now - last) * 1e-9
    last = now
  }
}
