import Reporting

/// Which evaluations of a run are drawn: as many as take a small share of its time.
///
/// Drawing goes on beside training, but where every core has a rank, it takes rank 0's, and all ranks wait for that one.
/// The first and the last evaluation of a stage are drawn in any case; another one where it fits in with what those
/// before it took on average.
struct PictureBudget {
  /// Of the run's time, what pictures may take: 0 draws the first and the last, 1 all.
  let share: Double
  private let start: Double
  /// Seconds that pictures have held up the main thread.
  private var held = 0.0
  /// How many evaluations were drawn.
  private var count = 0
  private var begun: Set<String?> = []

  /// - Parameter share: 0…1.
  init(share: Double, now: Double = ProgressDisplay.uptime()) {
    (self.share, start) = (share, now)
  }

  /// Whether an evaluation is drawn.
  /// - Parameters:
  ///   - stage: its name; nil where there is but one.
  ///   - isLast: whether the stage ends with it.
  ///   - seconds: what drawing has taken so far beside training.
  mutating func allows(
    stage: String?, isLast: Bool, drawing seconds: Double, now: Double = ProgressDisplay.uptime()
  ) -> Bool {
    let isFirst = begun.insert(stage).inserted
    let used = held + seconds
    let fits = used + used / Double(max(1, count)) <= share * (now - start)
    guard isFirst || isLast || share >= 1 || fits else { return false }
    count += 1
    return true
  }

  /// Counts the time of what the main thread does for pictures, or waits for them, while all ranks wait for it.
  mutating func counting<Result>(_ work: () throws -> Result) rethrows -> Result {
    let start = ProgressDisplay.uptime()
    defer { held += ProgressDisplay.uptime() - start }
    return try work()
  }
}
