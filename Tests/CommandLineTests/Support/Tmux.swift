import Foundation
import Testing

/// A terminal without a screen, whose window can be looked at and resized: tmux(1), with a server of its own.
final class Tmux {
  /// Whether there is one. Where everything must be installed (`CI=true`), that there is none is a failure.
  static func isThere(_ test: String = #function) throws -> Bool {
    if try Program.command(["tmux", "-V"]).status == 0 { return true }
    let text = "\(test) skipped: there is no tmux"
    if isContinuousIntegration { Issue.record("\(text)") }
    FileHandle.standardError.write(Data((text + "\n").utf8))
    return false
  }

  private let server = "sdt-\(UUID().uuidString)"

  /// Starts a command of the shell in a window; afterwards it shows the exit code as `[3]` and waits.
  init(
    _ command: String, in folder: String, width: Int = 80, height: Int = 24,
    environment: [String: String] = [:]
  ) throws {
    // SwiftPM sets it for tests.
    let settings = ["NO_COLOR": ""].merging(environment) { $1 }.map { "\($0)='\($1)'" }.joined(
      separator: " ")
    // `env` keeps what tmux sets, such as TERM, unless it is set here.
    let line = "env \(settings) sh -c \(Self.quoted(command)); echo \"[$?]\"; cat"
    let words = ["-x", "\(width)", "-y", "\(height)", "-c", folder, line]
    let python = ProcessInfo.processInfo.environment["SDT_PYTHON"] ?? "python3"
    let outcome = try Program.command(
      [python, "-c", Self.start, "-u", "-L", server, "-f", "/dev/null", "new-session", "-d"] + words
    )
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  /// The server stays, and must not hold what it inherits: Foundation takes a process for alive as long as somebody
  /// holds a file that it gave it, and blocks signals in it.
  private static let start = """
    import os, signal, sys
    os.closerange(3, 4096)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.execvp("tmux", ["tmux"] + sys.argv[1:])
    """

  deinit { _ = try? Program.command(["tmux", "-L", server, "kill-server"]) }

  static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }

  @discardableResult
  func call(_ words: [String]) throws -> String {
    let outcome = try Program.command(["tmux", "-u", "-L", server] + words)
    #expect(outcome.status == 0, "tmux \(words): \(outcome.errors)")
    return outcome.output
  }

  /// The rows of the window, without spaces at their ends.
  func rows() throws -> [String] {
    try call(["capture-pane", "-p"]).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  func resize(width: Int, height: Int = 24) throws {
    try call(["resize-window", "-x", "\(width)", "-y", "\(height)"])
  }

  func send(_ key: String) throws { try call(["send-keys", key]) }

  /// Looks until the window is as wanted; a failure after `timeout` seconds.
  @discardableResult
  func wait(
    _ what: String, timeout: Double = 60, sourceLocation: SourceLocation = #_sourceLocation,
    until isAsWanted: ([String]) -> Bool
  ) throws -> [String] {
    let end = Date().addingTimeInterval(timeout)
    while true {
      let rows = try rows()
      if isAsWanted(rows) { return rows }
      guard Date() < end else {
        Issue.record(
          "\(what): not seen in\n\(rows.joined(separator: "\n"))", sourceLocation: sourceLocation)
        return rows
      }
      usleep(100_000)
    }
  }
}
