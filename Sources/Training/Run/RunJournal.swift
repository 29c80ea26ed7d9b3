import Foundation
import MessagePassing
import Reporting
import Synchronization

/// What this rank tells of the run under way, from any of its threads: its own log
/// (`logs/rank-0003.log`), warnings, and which rank says what ended the run.
enum RunJournal {
  private struct State {
    /// Where failures are recorded, if it is there.
    var directory: RunDirectory?
    /// Whether the run has begun to work there.
    var isOpen = false
    var log: RunLog?
    var say: (@Sendable (String) -> Void)?
  }

  private static let state = Mutex(State())

  /// Opens this rank's log; the folder is there.
  /// - Parameter say: how a line reaches people, where this rank has a way.
  /// - Returns: why the log cannot be written, if it cannot. A run does without.
  static func open(
    _ directory: RunDirectory, rank: Int, say: (@Sendable (String) -> Void)?
  ) -> String? {
    var (log, failure): (RunLog?, String?) = (nil, nil)
    do throws(FileError) {
      // A full disk is told of once, by the run's own log: here it is silence.
      log = try RunLog(path: directory.rankLog(rank), echo: { _ in })
    } catch {
      failure = error.description
    }
    let opened = State(directory: directory, isOpen: true, log: log, say: say)
    state.withLock { $0 = opened }
    return failure
  }

  /// A run is being set up, and forgets the one before; what ended that is history.
  static func begin(_ directory: RunDirectory, rank: Int) {
    state.withLock { $0 = State(directory: directory) }
    if rank == 0 { unlink(directory.failure) }
  }

  /// Writes a line in this rank's log, if there is one.
  static func note(_ line: String) { state.withLock { $0.log }?.write(line) }

  /// Tells people, and this rank's log.
  static func warn(_ line: String) {
    (state.withLock { $0.say } ?? RunLog.standardError)(line)
    note(line)
  }

  /// Where failures are recorded; nil before a run knows.
  static var directory: RunDirectory? { state.withLock { $0.directory } }

  /// Whether the run directory belongs to a later start by now: this rank has outlived its own.
  static var isTakenOver: Bool {
    let (directory, isOpen) = state.withLock { ($0.directory, $0.isOpen) }
    // Before that, what it says is of an earlier start.
    return isOpen && directory?.isTakenOver ?? false
  }

  /// Whether this rank is the one that says what ends the run: the first that asks (`open(2)` with
  /// O_EXCL). Where nobody can tell, each one speaks.
  static func claimsToSpeak() -> Bool {
    let (place, isOpen) = state.withLock { ($0.directory?.speaker, $0.isOpen) }
    // Before that, the one of an earlier end may still be there.
    guard let place, isOpen else { return true }
    let file = Foundation.open(place, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o644)
    guard file >= 0 else { return errno != EEXIST }
    Foundation.close(file)
    return true
  }
}
