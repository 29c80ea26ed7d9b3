import Foundation
import Reporting
import TensorBoard

/// The files of a run. Rank 0 alone writes them.
public struct RunDirectory: Sendable {
  /// `runs/<name>`.
  public let path: String

  /// A run directory, which need not exist yet.
  public init(path: String) {
    self.path = path
  }

  /// The checkpoints.
  public var checkpoints: CheckpointStore { CheckpointStore(runDirectory: path) }
  /// Where pictures go.
  public var images: String { path + "/images" }
  /// Event files.
  public var tensorBoard: String { path + "/tensorboard" }
  /// Where tables of evaluations go.
  public var tables: String { path + "/tables" }
  /// One JSON object a line.
  public var metrics: String { path + "/metrics.jsonl" }
  /// Where the run is, for whoever watches it.
  var progress: String { path + "/progress.json" }
  /// What was said, with times.
  public var log: String { path + "/train.log" }
  /// What each rank said.
  public var rankLogs: String { path + "/logs" }
  /// What ended the run with exit code 5, while that is the last that happened.
  public var failure: String { path + "/failure.json" }
  /// Where and how the run was started, each time, and how that ended.
  public var environment: String { path + "/environment.json" }
  /// The run as a page to look at.
  public var report: String { path + "/report.html" }
  /// Why the run stopped with exit code 3, while that is the last that happened.
  var stopped: String { path + "/stopped" }
  /// How long updates, checkpoints and evaluations took at most, where the job's time has an end.
  public var times: String { path + "/times.json" }
  /// Where and by whom the run was last started.
  public var started: String { path + "/started" }
  /// Made by the rank of this start that says what ended the run.
  var speaker: String { rankLogs + "/.speaker" + (Self.attempt.map { "-\($0)" } ?? "") }

  /// The mark by which a supervisor knows this start (`SDT_ATTEMPT`); nil without one. Ranks that outlive
  /// their start still carry that of theirs.
  static var attempt: String? { ProcessInfo.processInfo.environment["SDT_ATTEMPT"] }

  /// A rank's own log.
  func rankLog(_ rank: Int) -> String {
    let digits = String(rank)
    return rankLogs + "/rank-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      + ".log"
  }

  /// Checks that the directory can be written, or made, without making it.
  init(checking path: String) throws {
    self.path = path
    guard !path.isEmpty else {
      throw UsageError("the run directory has no name; give it one with --run-dir")
    }
    var (place, isDirectory) = (path, ObjCBool(false))
    while !FileManager.default.fileExists(atPath: place, isDirectory: &isDirectory) {
      // A working directory that has been removed has nothing above it.
      guard folder(of: place) != place else { break }
      place = folder(of: place)
    }
    guard isDirectory.boolValue, access(place, W_OK) == 0 else {
      let reason = isDirectory.boolValue || place == "." ? "not yours to write in" : "a file"
      throw UsageError(
        "cannot write the run directory '\(path)': \(place) is \(reason); name another with --run-dir"
      )
    }
  }

  /// Makes the folders and writes the resolved configuration.
  /// - Parameter step: the step of the checkpoint that the run goes on from. What an older run did
  ///   after it goes, and all that it did when there is no checkpoint.
  /// - Returns: the lock of the folder, to be held as long as the run works there.
  func prepare(configuration: String, resumedAt step: Int?) throws -> RunLock {
    let files = FileManager.default
    for folder in [path, checkpoints.directory, images, rankLogs] {
      do {
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw UsageError(
          "cannot create \(folder); name a folder that you may write with --run-dir")
      }
    }
    let lock = try RunLock(self)
    try checkpoints.removeAll(after: step)
    for name in (try? files.contentsOfDirectory(atPath: rankLogs)) ?? []
    where name.hasPrefix(".speaker") { unlink(rankLogs + "/" + name) }
    unlink(stopped)
    EventFiles.removeEnds(in: tensorBoard)
    // It tells of an end that is no longer the last; and its room may be needed.
    removeReport()
    removePictures(after: step)
    if step == nil {
      EventFiles.removeAll(in: tensorBoard)
      let ranks = (try? files.contentsOfDirectory(atPath: rankLogs)) ?? []
      let logs = ranks.filter { $0.hasPrefix("rank-") }.map { rankLogs + "/" + $0 }
      for path in logs + [metrics, log, timing, environment] {
        try? files.removeItem(atPath: path)
      }
      removeTrace()
      // Those of another configuration say nothing of this one.
      let before = files.contents(atPath: path + "/config.yaml")
      if before != Data(configuration.utf8) { unlink(times) }
    }
    try writeAtomically(Array(configuration.utf8), to: path + "/config.yaml")
    try writeStart(step)
    return lock
  }

  /// Says from which step the run goes on, null for its beginning, and for which supervisor's start.
  private func writeStart(_ step: Int?) throws {
    let record = JSONValue.object([
      "step": step.map { .int($0) } ?? .null, "attempt": Self.attempt.map { .string($0) } ?? .null,
    ])
    try writeAtomically(Array((record.encoded() + "\n").utf8), to: started)
  }

  /// Whether a run of another mark has been started here since. Where nobody can tell, none has.
  var isTakenOver: Bool {
    guard let bytes = FileManager.default.contents(atPath: started),
      let record = try? JSONValue(parsing: String(decoding: bytes, as: UTF8.self))
    else { return false }
    return record["attempt"]?.stringValue != Self.attempt
  }
}
