import Dispatch

/// Samples a second over the last interval and over the run, pauses left out.
struct ThroughputWatch {
  private var intervalStart = 0.0
  private var start = 0.0
  private var intervalSamples = 0
  private var samples = 0

  /// Seconds on a clock that never goes back.
  var now: Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }

  /// Forgets what was.
  mutating func restart() {
    (intervalStart, start) = (now, now)
    (intervalSamples, samples) = (0, 0)
  }

  mutating func add(samples count: Int) {
    intervalSamples += count
    samples += count
  }

  /// Leaves seconds out: an evaluation or a checkpoint is no training.
  mutating func pause(_ seconds: Double) {
    intervalStart += seconds
    start += seconds
  }

  /// The rate since the last call.
  mutating func takeRate() -> Double {
    let time = now
    defer { (intervalStart, intervalSamples) = (time, 0) }
    return Double(intervalSamples) / max(time - intervalStart, 1e-9)
  }

  /// Whether there has been nothing to do.
  var isIdle: Bool { samples == 0 }

  /// The rate since the start.
  var overallRate: Double { Double(samples) / max(now - start, 1e-9) }

  /// Seconds that so many samples will take.
  func eta(samples count: Int) -> Double { Double(count) / max(overallRate, 1e-9) }
}
