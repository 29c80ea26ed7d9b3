import Foundation

/// Shows a run as it goes: `watch`.
public struct Watcher {
  private var run: WatchedRun
  private let interval: Double
  private let environment: [String: String]

  /// - Parameters:
  ///   - run: what to watch.
  ///   - interval: seconds between two looks.
  public init(
    _ run: WatchedRun, interval: Double,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    (self.run, self.interval, self.environment) = (run, interval, environment)
  }

  /// Whether there is a terminal to draw on.
  public static var hasTerminal: Bool { TerminalSession.isAvailable }

  private var isUnicode: Bool { ProgressDisplay.Output.isUnicode(environment) }

  /// The run as plain text, once.
  public mutating func text() -> String {
    run.poll()
    var size = winsize()
    let isTerminal = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let width = isTerminal ? Int(size.ws_col) : 120
    let page = WatchPage(run: run, width: width, isUnicode: isUnicode)
    return page.lines().map { $0.text + "\n" }.joined()
  }

  /// Draws the run again and again, until q, Ctrl-C or a signal.
  /// - Returns: the signal that asked for the end; 0 for a key.
  public mutating func loop() -> Int32 {
    let terminal = TerminalSession()
    defer { terminal.close() }
    run.poll()
    var next = Self.now + interval
    while draw(terminal) {
      switch terminal.wait(seconds: next - Self.now) {
      case .timeout:
        run.poll()
        next = Self.now + interval
      case .resized: break
      // Ctrl-C, Ctrl-D, Ctrl-\ and Ctrl-Z come as keys.
      case .key(let key) where [3, 4, 28, UInt8(ascii: "q"), UInt8(ascii: "Q")].contains(key):
        return 0
      case .key(26): terminal.suspend()
      case .key: break
      case .end(let signal): return signal == SIGINT ? 0 : signal
      }
    }
    return 0
  }

  private static var now: Double { ProgressDisplay.uptime() }

  private func draw(_ terminal: TerminalSession) -> Bool {
    let (rows, columns) = terminal.size
    // In the last column, what clears the rest of a line would clear its last character.
    let page = WatchPage(
      run: run, width: max(1, columns - 1), height: rows, isUnicode: isUnicode, isLive: true)
    let isPlain = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    return terminal.draw(page.lines().map { isPlain ? $0.text : $0.colored })
  }
}

extension WatchPage.Line {
  /// The text with the sequences of its style (ECMA-48, SGR).
  var colored: String {
    switch style {
    case .plain: text
    case .title: "\u{1B}[1m\(text)\u{1B}[0m"
    case .alarm: "\u{1B}[31m\(text)\u{1B}[0m"
    case .faint: "\u{1B}[2m\(text)\u{1B}[0m"
    }
  }
}
