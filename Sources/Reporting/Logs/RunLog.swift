import Foundation
import Synchronization

/// What happened in a run (`train.log`): lines with the time, for people.
///
/// A log must not end the training it describes: when a line cannot be written, there is one
/// message, and the run goes on.
public final class RunLog: Sendable {
  private struct State: ~Copyable {
    let file: AppendFile
    var hasFailed = false
  }

  private let state: Mutex<State>
  private let echo: (@Sendable (String) -> Void)?
  private let now: @Sendable () -> Date

  /// Opens the log, or creates it.
  ///
  /// `echo` also receives every line, without its time: `RunLog.standardError`, or the `event` of a
  /// `ProgressDisplay`, which keeps its bar intact.
  public init(
    path: String, echo: (@Sendable (String) -> Void)? = nil,
    now: @escaping @Sendable () -> Date = { Date() }
  ) throws(FileError) {
    state = Mutex(State(file: try AppendFile(path: path)))
    self.echo = echo
    self.now = now
  }

  /// Appends a line with the time in UTC (ISO 8601, milliseconds); each line of a longer text gets
  /// its own.
  public func write(_ text: String) {
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      note(String(line))
      echo?(String(line))
    }
  }

  /// Appends a line with the time to the file alone. Control characters are made visible: people
  /// look at logs in terminals.
  public func note(_ line: String) {
    let time = now().formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true))
    append("\(time)Z  \(line.harmless())")
  }

  private func append(_ line: String) {
    let failure: FileError? = state.withLock { state in
      do throws(FileError) {
        try state.file.append(line)
        return nil
      } catch {
        defer { state.hasFailed = true }
        return state.hasFailed ? nil : error
      }
    }
    if let failure { (echo ?? Self.standardError)("warning: cannot write the log: \(failure)") }
  }

  /// Writes a line to standard error.
  public static let standardError: @Sendable (String) -> Void = { line in
    StandardError.write(Message(line: line))
  }
}
