import Foundation
import Synchronization

/// Standard error of this process: every line of it goes through here, in the format that was asked for, so
/// that nothing else stands between the lines of `--log-format json`.
public enum StandardError {
  private struct State {
    var format = LogFormat.text
    var rank = 0
    /// Whether a bar stands in the line that the cursor is in, here or drawn by another rank.
    var isBesideBar = false
  }

  private static let state = Mutex(State())

  /// Chooses the format of all lines from now on.
  /// - Parameter rank: that of this process, which every JSON line tells.
  public static func use(_ format: LogFormat, rank: Int) {
    state.withLock { ($0.format, $0.rank) = (format, rank) }
  }

  /// The format of lines.
  public static var format: LogFormat { state.withLock { $0.format } }

  /// Says that a bar is on the screen, or no longer: a line clears it away first.
  public static func setBar(_ isShown: Bool) { state.withLock { $0.isBesideBar = isShown } }

  /// Writes a line.
  public static func write(_ message: Message) {
    let state = state.withLock { $0 }
    switch state.format {
    case .json: write(message.json(rank: state.rank) + "\n")
    case .text:
      write((state.isBesideBar ? ProgressDisplay.clear : "") + message.line.harmless() + "\n")
    }
  }

  /// Writes text of several lines as it is, or as one object.
  public static func write(paragraphs: String, level: Message.Level) {
    guard format == .text else {
      // "Error: " is what ArgumentParser begins with; here the level says so.
      let text = paragraphs.hasPrefix("Error: ") ? String(paragraphs.dropFirst(7)) : paragraphs
      return write(Message(text, level: level))
    }
    write(paragraphs + "\n")
  }

  /// One `write(2)`, so that lines of several ranks do not mix. A closed pipe or a full disk must not end
  /// the run, so a failure is left unanswered.
  static func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// Whether a write would not wait: neither a stopped terminal (Ctrl-S) nor a full pipe. C: `poll(2)`.
  static var isReady: Bool {
    var file = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
    return poll(&file, 1, 0) == 1 && file.revents & Int16(POLLOUT) != 0
  }
}
