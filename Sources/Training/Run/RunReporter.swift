import Foundation
import Reporting

/// What a person sees of a run: progress, lines in files, pictures. Rank 0 has one; others do not.
final class RunReporter {
  private let display: ProgressDisplay
  private let log: RunLog
  private let metrics: MetricsLog
  private let isQuiet: Bool
  /// What is looked at.
  let gallery: Gallery
  /// Held as long as there is somebody to report.
  private let lock: RunLock

  init(_ directory: RunDirectory, lock: RunLock, isQuiet: Bool, resumedAt step: Int?) throws {
    let display = ProgressDisplay(mode: ProgressDisplay.standardMode(quiet: isQuiet))
    self.display = display
    self.isQuiet = isQuiet
    self.lock = lock
    log = try RunLog(path: directory.log, echo: { display.event($0) })
    metrics = try MetricsLog(path: directory.metrics)
    // What was logged after the checkpoint happens again.
    if let step { try metrics.truncate(after: step) }
    let log = self.log
    gallery = Gallery(directory, resumedAt: step) { log.write($0) }
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

  /// A line of metrics.jsonl.
  func record(
    _ kind: String, stage: String, epoch: Int, step: Int, _ values: [(name: String, value: Double)]
  ) throws {
    try metrics.append(
      kind: kind, stage: stage, epoch: epoch, step: step,
      metrics: values.map { ($0.name, $0.value) })
    gallery.add(kind, stage: stage, step: step, values)
  }

  /// Whether metrics.jsonl holds an evaluation of a stage after a step.
  func hasEvaluation(stage: String, step: Int) throws -> Bool {
    var isFound = false
    try MetricsLog.forEach(in: metrics.path) { record in
      if record.kind == "evaluation", record.stage == stage, record.step == step { isFound = true }
    }
    return isFound
  }

  /// Ends the bar.
  func finish() { display.finish() }
}
