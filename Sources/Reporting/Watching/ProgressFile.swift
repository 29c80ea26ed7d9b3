import Foundation
import Synchronization

/// What a run tells of itself to whoever watches its files (`progress.json`), also from another host: where it
/// is, of how much, and that it is alive.
///
/// A thread of its own writes the file, every five seconds. When it cannot be written, there is one warning, and
/// no further attempt.
public final class ProgressFile: Sendable {
  private struct State {
    var facts: JSONObject = ["state": "running"]
    var hasFailed = false
  }

  private let path: String
  private let warn: @Sendable (String) -> Void
  private let state = Mutex(State())
  /// One writer at a time.
  private let writing = Mutex(())

  /// - Parameters:
  ///   - path: the file.
  ///   - warn: receives the line that tells of a failure.
  public init(path: String, warn: @escaping @Sendable (String) -> Void) {
    (self.path, self.warn) = (path, warn)
  }

  /// Remembers facts for the next time the file is written; null takes one away.
  public func note(_ facts: JSONObject) {
    state.withLock { state in
      for fact in facts.members {
        state.facts[fact.key] = fact.value == .null ? JSONValue?.none : .some(fact.value)
      }
    }
  }

  /// Remembers where training is.
  public func note(_ status: ProgressDisplay.Status) {
    note([
      "epoch": .int(status.epoch), "epochs": status.epochs > 0 ? .int(status.epochs) : .null,
      "step": .int(status.step), "steps": status.steps > 0 ? .int(status.steps) : .null,
      "samples_per_second": .double(status.samplesPerSecond),
      "eta_seconds": status.eta.map { .double($0) } ?? .null,
    ])
  }

  /// Writes the file: another one, which is then renamed over it.
  /// - Parameter step: the update under way, where it is known better than by the last status.
  public func write(step: Int? = nil) {
    if let step { note(["step": .int(step)]) }
    writing.withLock { _ in
      let (facts, hasFailed) = state.withLock { ($0.facts, $0.hasFailed) }
      guard !hasFailed else { return }
      var object: JSONObject = ["time": .double(Date().timeIntervalSince1970.rounded())]
      for fact in facts.members { object[fact.key] = fact.value }
      if let error = replace(JSONValue.object(object).encoded() + "\n") {
        state.withLock { $0.hasFailed = true }
        warn("warning: no longer tells of progress in \(path): \(error.message)")
      }
    }
  }

  private func replace(_ text: String) -> FileError? {
    let temporary = path + ".tmp"
    guard let file = fopen(temporary, "we") else { return FileError(path: path, errno: errno) }
    let isWritten = fputs(text, file) >= 0
    let isClosed = fclose(file) == 0
    guard isWritten, isClosed, rename(temporary, path) == 0 else {
      defer { unlink(temporary) }
      return FileError(path: path, errno: errno)
    }
    return nil
  }
}
