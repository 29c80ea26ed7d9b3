import Foundation
import MessagePassing
import Reporting

/// What a person sees of a run: progress, lines in files, pictures. Rank 0 has one; others do not.
final class RunReporter {
  private let display: ProgressDisplay
  private let progress: ProgressFile
  private let ticker: ProgressTicker
  private let log: RunLog
  private let metrics: MetricsLog
  private let board: RunBoard?
  /// What is looked at.
  private let gallery: Gallery
  /// Held as long as there is somebody to report.
  private let lock: RunLock
  private var lastStatus = -Double.infinity

  /// Seconds between two writings of progress.json.
  private static let interval = 5.0

  init(
    _ directory: RunDirectory, _ configuration: RunConfiguration, lock: RunLock, isQuiet: Bool,
    resumedAt step: Int?
  ) throws {
    let display = ProgressDisplay(mode: ProgressDisplay.standardMode(quiet: isQuiet))
    let log = try RunLog(path: directory.log, echo: { display.event($0) })
    let progress = ProgressFile(path: directory.progress) { log.write($0) }
    (self.display, self.log, self.progress) = (display, log, progress)
    self.lock = lock
    metrics = try MetricsLog(path: directory.metrics)
    var curves = LearningCurves()
    // What was logged after the checkpoint happens again.
    if let step { try metrics.truncate(after: step) { curves.add($0) } }
    board =
      configuration.reporting.tensorBoard
      ? RunBoard(directory, configuration, resumedAt: step, warn: { log.write($0) }) : nil
    gallery = Gallery(directory, share: configuration.evaluation.pictureShare, curves: curves) {
      log.write($0)
    }
    ticker = Self.ticker(display, progress)
  }

  deinit { ticker.stop() }

  private static func ticker(_ display: ProgressDisplay, _ progress: ProgressFile) -> ProgressTicker
  {
    let ticks = display.isBar ? 0.1 : 1
    // The thread alone uses it.
    nonisolated(unsafe) var due = 0.0
    return ProgressTicker(every: ticks) {
      if StopRequest.isPending { display.leaveBar() }
      display.tick()
      guard ProgressDisplay.uptime() >= due else { return }
      due = ProgressDisplay.uptime() + interval
      // Then the file is that of a later start.
      guard !RunJournal.isTakenOver else { return }
      // Before the first step it is that of no run.
      progress.write(step: Pulse.step > 0 ? Pulse.step : nil)
    }
  }

  /// A line for people.
  func say(_ text: String) { log.write(text) }

  /// The same, from any thread.
  var voice: @Sendable (String) -> Void {
    let log = self.log
    return { log.write($0) }
  }

  /// A line for people, with fields for programs.
  func say(_ message: Message) {
    log.note(message.line)
    display.event(message)
  }

  /// Facts for whoever watches the run from its files.
  func note(_ facts: JSONObject) { progress.note(facts) }

  /// Whether a status would be shown now.
  func isDue(endsEpoch: Bool) -> Bool {
    display.isDue(endsEpoch: endsEpoch) || ProgressDisplay.uptime() - lastStatus >= Self.interval
  }

  /// The bar, or a line in a while.
  func show(_ status: ProgressDisplay.Status) {
    lastStatus = ProgressDisplay.uptime()
    progress.note(status)
    display.update(status)
  }

  /// Training pauses for something.
  func begin(_ activity: ProgressDisplay.Activity) {
    progress.note(["activity": .string(activity.rawValue)])
    display.begin(activity)
  }

  /// Training goes on.
  /// - Parameter step: after which it was done; nil where it was not.
  func end(_ activity: ProgressDisplay.Activity, step: Int?) {
    progress.note(["activity": .null])
    display.end(activity, step: step)
  }

  /// A checkpoint has been written.
  func wrote(checkpoint path: String, step: Int) {
    display.tell(
      Message(
        "checkpoint: \(path)", event: .checkpoint,
        fields: ["step": .int(step), "path": .string(path)]))
  }

  /// A line of metrics.jsonl, and the same for TensorBoard.
  func record(
    _ kind: String, stage: String, epoch: Int, step: Int, _ values: [(name: String, value: Double)]
  ) throws {
    let time = Date().timeIntervalSince1970
    try metrics.append(
      kind: kind, stage: stage, epoch: epoch, step: step,
      metrics: values.map { ($0.name, $0.value) }, time: time)
    board?.record(kind, stage: stage, step: step, time: time, values)
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

  /// Draws what an evaluation leaves to be looked at, in a thread of its own.
  func show(_ set: Gallery.Set, stage: String) {
    let (board, step) = (board, set.place.step)
    gallery.show(set) { board?.show(pictures: $0, stage: stage, step: step) }
  }

  /// Whether pictures of a step are there, or on their way.
  func hasPictures(step: Int) -> Bool { gallery.hasPictures(step: step) }

  /// Returns when all is drawn that belongs to updates before a step; nil is all.
  func waitForPictures(before step: Int? = nil) { gallery.wait(before: step) }

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

  /// The run ends: what progress.json says of it from now on.
  func end(_ state: String, reason: String? = nil, step: Int) {
    let hasEnded = ticker.stop()
    // Standard error has it already.
    if let reason { log.note("error: \(reason)") }
    progress.note(["state": .string(state), "reason": reason.map { .string($0) } ?? .null])
    // Where its thread hangs in a write, so would this one; and a later start has a file of its own to write.
    if hasEnded, !RunJournal.isTakenOver { progress.write(step: step) }
  }
}
