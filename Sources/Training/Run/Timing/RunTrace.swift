import Foundation
import MessagePassing
import Reporting
import Timeline

/// The timeline of a run (`train --trace`): every rank writes `trace/rank-0003.json`, and rank 0 joins them
/// at the end to `trace.json`.
final class RunTrace {
  private let recorder: TraceRecorder?
  private let steps: TraceSteps
  /// Whether any rank has a file.
  let isWritten: Bool

  /// Starts the timeline; ranks find out how their clocks stand to each other. Every rank calls this together,
  /// on its main thread.
  /// - Parameter warn: tells people, on any thread. A run does without what cannot be written.
  init(
    _ communicator: Communicator, _ directory: RunDirectory, _ steps: TraceSteps,
    warn: @escaping @Sendable (String) -> Void
  ) throws {
    self.steps = steps
    if communicator.rank == 0 { directory.makeRoomForTrace() }
    let clock = try ClockAlignment.measure(communicator)
    var origin = Moment.now
    try withUnsafeMutableBytes(of: &origin) { try communicator.broadcast($0) }
    let identity = TraceRecorder.Identity(
      rank: communicator.rank, host: communicator.host, offset: clock.offset, error: clock.error,
      origin: Int64(origin))
    let path = TraceFiles.part(of: directory.path, rank: communicator.rank)
    recorder = TraceRecorder(path: path, identity) { reason in
      warn("warning: the timeline of rank \(identity.rank) ends here: \(reason)")
    }
    let reason = recorder == nil ? "\(path): \(String(cString: strerror(errno)))" : ""
    let failures = try communicator.allGather(Array(reason.utf8)).filter { !$0.isEmpty }
    isWritten = failures.count < communicator.size
    if let first = failures.first, communicator.rank == 0 {
      warn(
        "warning: \(failures.count) of \(communicator.size) ranks cannot write their timeline: "
          + String(decoding: first, as: UTF8.self))
    }
  }

  /// Does a step, and keeps what is to be kept of it.
  /// - Parameters:
  ///   - step: of the run, from 1.
  ///   - epoch: from 1.
  func during<T>(
    step: Int, epoch: Int, place: Int, of length: Int, samples: () -> Int, _ body: () throws -> T
  ) rethrows -> T {
    guard steps.contains(step, place: place, of: length) else {
      Stopwatch.keep(.rare)
      return try body()
    }
    Stopwatch.keep(.details)
    // What comes before the next step belongs to it, as it were: a line of metrics, a checkpoint.
    defer { Stopwatch.keep(.activities) }
    return try Detail.during("step", { .step(step, epoch: epoch, samples: samples()) }, body)
  }

  /// Closes this rank's file.
  func finish() { recorder?.finish() }
}

extension RunDirectory {
  /// The timeline of the last start that had one.
  var trace: String { TraceFiles.joined(of: path) }
  /// Where its time went.
  var timing: String { path + "/timing.json" }

  /// Removes the timeline of an earlier start, and makes the folder for the ranks' parts, if that can be.
  fileprivate func makeRoomForTrace() {
    removeTrace()
    try? FileManager.default.createDirectory(
      atPath: TraceFiles.folder(of: path), withIntermediateDirectories: true)
  }

  /// Removes a timeline.
  func removeTrace() {
    unlink(trace)
    for part in TraceFiles.parts(of: path) { unlink(part) }
  }
}
