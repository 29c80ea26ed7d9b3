import Foundation
import Reporting

/// What a person sees of a run: progress, lines in files, pictures. Rank 0 has one; others do not.
final class RunReporter {
  private let display: ProgressDisplay
  private let log: RunLog
  private let metrics: MetricsLog
  private let isQuiet: Bool
  private let board: RunBoard?
  /// Held as long as there is somebody to report.
  private let lock: RunLock

  init(
    _ directory: RunDirectory, _ configuration: RunConfiguration, lock: RunLock, isQuiet: Bool,
    resumedAt step: Int?
  ) throws {
    let display = ProgressDisplay(mode: ProgressDisplay.standardMode(quiet: isQuiet))
    self.display = display
    self.isQuiet = isQuiet
    self.lock = lock
    let log = try RunLog(path: directory.log, echo: { display.event($0) })
    self.log = log
    metrics = try MetricsLog(path: directory.metrics)
    // What was logged after the checkpoint happens again.
    if let step { try metrics.truncate(after: step) }
    board =
      configuration.reporting.tensorBoard
      ? RunBoard(directory, configuration, resumedAt: step, warn: { log.write($0) }) : nil
  }

  /// A line for people.
  func say(_ text: String) { log.write(text) }

  /// The same, from any thread.
  var voice: @Sendable (String) -> Void {
    let log = self.log
    return { log.write($0) }
  }

  /// Whether a status would be shown now.
  func isDue(endsEpoch: Bool) -> Bool { display.isDue(endsEpoch: endsEpoch) }

  /// The bar, or a line in a while.
  func show(_ status: ProgressDisplay.Status) { display.update(status) }

  /// A line of metrics.jsonl, and the same for TensorBoard.
  func record(
    _ kind: String, stage: String, epoch: Int, step: Int, _ values: [(name: String, value: Double)]
  ) throws {
    let time = Date().timeIntervalSince1970
    try metrics.append(
      kind: kind, stage: stage, epoch: epoch, step: step,
      metrics: values.map { ($0.name, $0.value) }, time: time)
    board?.record(kind, stage: stage, step: step, time: time, values)
  }

  /// Whether metrics.jsonl holds an evaluation of a stage after a step.
  func hasEvaluation(stage: String, step: Int) throws -> Bool {
    var isFound = false
    try MetricsLog.forEach(in: metrics.path) { record in
      if record.kind == "evaluation", record.stage == stage, record.step == step { isFound = true }
    }
    return isFound
  }

  /// Shows pictures that have been written.
  /// - Parameter paths: PNG files, named `<name>-step-00001234.png`.
  func show(pictures paths: [String], stage: String, step: Int) {
    board?.show(pictures: paths, stage: stage, step: step)
  }

  /// Shows histograms of a group, such as `parameters`.
  func show(
    _ group: String, _ histograms: [(name: String, histogram: Histogram)], stage: String, step: Int
  ) {
    board?.show(group, histograms, stage: stage, step: step)
  }

  /// Writes what waits, before a checkpoint: what came before it is not told again.
  func flush() { board?.flush() }

  /// Completes what is written by threads of their own.
  /// - Parameter result: what the run came to.
  func close(_ result: Result<ExitStatus, any Error>) { board?.close(result) }

  /// Ends the bar.
  func finish() { display.finish() }
}
