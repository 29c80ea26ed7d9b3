import Foundation
import MessagePassing
import Reporting
import Synchronization

/// What ended a run with exit code 5, for whoever starts it again: `failure.json`.
struct FailureRecord: Sendable {
  /// The rank that is to blame; nil where nobody knows, or it is none.
  var rank: Int?
  var host: String?
  var step = Pulse.step
  var phase = Pulse.phase
  /// One line.
  var reason: String
  /// The start of a supervisor that failed.
  var attempt = RunDirectory.attempt

  /// The object of the file, with the time in seconds since 1970.
  func json(time: Date = Date()) -> JSONValue {
    .object([
      "rank": rank.map { .int($0) } ?? .null, "host": host.map { .string($0) } ?? .null,
      "step": .int(step), "phase": .string("\(phase)"), "reason": .string(reason),
      "time": .int(Int(time.timeIntervalSince1970)),
      "attempt": attempt.map { .string($0) } ?? .null,
    ])
  }

  /// Writes the file, where the run has a directory that is still its own. It cannot be helped when the disk
  /// is full.
  func write() {
    guard let directory = RunJournal.directory, !RunJournal.isTakenOver else { return }
    try? writeAtomically(Array((json().encoded() + "\n").utf8), to: directory.failure)
  }

  /// Says what is wrong, unless another rank has, writes the file, and ends this process with exit code 5.
  /// Launchers then end the others. MPI is not asked: it may be what hangs.
  func endRun() -> Never {
    let line = reason
    let hasSpoken = Spoken()
    // A file system that hangs must not keep the process.
    Thread.detachNewThread {
      sleep(5)
      if hasSpoken.claim() { printError(line) }
      _exit(ExitStatus.communication.rawValue)
    }
    if RunJournal.claimsToSpeak() {
      if hasSpoken.claim() { printError(line) }
      write()
    }
    RunJournal.note("error: \(line)")
    RunJournal.note("ended with exit code \(ExitStatus.communication.rawValue)")
    _exit(ExitStatus.communication.rawValue)
  }
}

/// Whether a line has been said, by whichever thread comes first.
private final class Spoken: Sendable {
  private let isSaid = Atomic<Bool>(false)

  /// True once.
  func claim() -> Bool { !isSaid.exchange(true, ordering: .relaxed) }
}

extension WatchdogAlarm {
  /// Says warnings one after the other: the watchdog's thread must go on, also where a file system hangs.
  private static let voice = DispatchQueue(label: "warnings of the watchdog")

  /// Warns people, and ends the run with exit code 5.
  static var ofRun: WatchdogAlarm {
    WatchdogAlarm(
      warn: { line in voice.async { RunJournal.warn(line) } },
      end: { failure in
        FailureRecord(
          rank: failure.rank, host: failure.host, step: failure.step, phase: failure.phase,
          reason: failure.reason
        ).endRun()
      })
  }
}
