import MessagePassing
import Reporting

/// The end of a run's timeline.
extension TrainingRun {
  /// Brings the ranks' parts together, once all have closed theirs. Every rank calls this together. Who was told
  /// to stop has little time left, and copies no files of any size: the parts are whole, and can be joined later.
  func joinTrace(_ status: ExitStatus) throws {
    guard let trace, trace.isWritten else { return }
    guard status == .done else { return sayWhereTraceIs() }
    try communicator.barrier()
    guard communicator.rank == 0 else { return }
    do throws(FileError) {
      try TraceFiles.join(setup.directory.path)
      reporter?.say("timeline: \(setup.directory.trace)")
    } catch {
      reporter?.say("warning: the ranks' timelines could not be joined: \(error)")
    }
  }

  /// Says who joins a timeline that is left in parts.
  func sayWhereTraceIs() {
    guard let trace, trace.isWritten else { return }
    let path = setup.directory.path
    reporter?.say(
      "timeline: in parts in \(TraceFiles.folder(of: path)); swift-dist-train trace \(path) joins them"
    )
  }
}
