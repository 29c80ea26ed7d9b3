import Foundation

extension ProgressDisplay {
  /// Where progress is drawn.
  public struct Output: Sendable {
    let write: @Sendable (String) -> Void
    let width: @Sendable () -> Int
    let isUnicode: Bool

    /// An output of your own. `width` is asked before each drawing, in columns.
    public init(
      isUnicode: Bool = true, width: @escaping @Sendable () -> Int = { 80 },
      write: @escaping @Sendable (String) -> Void
    ) {
      self.write = write
      self.width = width
      self.isUnicode = isUnicode
    }

    /// Standard error: standard output belongs to results.
    public static var standardError: Output {
      let environment = ProcessInfo.processInfo.environment
      return Output(isUnicode: isUnicode(environment), width: terminalWidth) { text in
        // A closed pipe or a full disk must not end the run, so a failure is left unanswered.
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
      }
    }

    /// Whether the locale's characters are UTF-8. The first variable that is set decides.
    static func isUnicode(_ environment: [String: String]) -> Bool {
      let names = ["LC_ALL", "LC_CTYPE", "LANG"]
      let locale = names.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
      return locale.lowercased().replacing("-", with: "").contains("utf8")
    }

    /// The columns of the terminal on standard error, else 80. C: `ioctl(TIOCGWINSZ)`.
    @Sendable static func terminalWidth() -> Int {
      var size = winsize()
      let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
      return isKnown ? Int(size.ws_col) : 80
    }
  }

  /// The mode that suits standard error: the bar on a capable terminal, else a line every `interval`
  /// seconds; `quiet` overrides both. C: `isatty`.
  public static func standardMode(quiet: Bool = false, interval: Double = 10) -> Mode {
    if quiet { return .quiet }
    return .automatic(
      isTerminal: isatty(STDERR_FILENO) == 1, environment: ProcessInfo.processInfo.environment,
      interval: interval)
  }

  /// Seconds since the machine started.
  public static let uptime: @Sendable () -> Double = { ProcessInfo.processInfo.systemUptime }
}
