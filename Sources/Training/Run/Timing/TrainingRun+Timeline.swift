import MessagePassing
import Reporting

/// The end of a run's timeline.
extension TrainingRun {
  /// Brings the ranks' parts together, once all have closed theirs. Every rank calls this together.
  func joinTrace() throws {
    guard let trace, trace.isWritten else { return }
    try communicator.barrier()
    guard communicator.rank == 0 else { return }
    do throws(FileError) {
      try TraceFiles.join(setup.directory.path)
      reporter?.say("timeline: \(setup.directory.trace)")
    } catch {
      reporter?.say("warning: the ranks' timelines could not be joined: \(error)")
    }
  }
}
