import Foundation

extension ProgressDisplay {
  /// Where progress is drawn.
  public struct Output: Sendable {
    let write: @Sendable (String) -> Void
    let width: @Sendable () -> Int
    let isReady: @Sendable () -> Bool
    let showsBar: @Sendable (Bool) -> Void
    let isUnicode: Bool

    /// An output of your own.
    /// - Parameters:
    ///   - width: columns; asked before each drawing.
    ///   - isReady: whether a bar can be drawn without waiting.
    ///   - showsBar: told whether a bar is on the screen.
    public init(
      isUnicode: Bool = true, width: @escaping @Sendable () -> Int = { 80 },
      isReady: @escaping @Sendable () -> Bool = { true },
      showsBar: @escaping @Sendable (Bool) -> Void = { _ in },
      write: @escaping @Sendable (String) -> Void
    ) {
      self.write = write
      self.width = width
      self.isReady = isReady
      self.showsBar = showsBar
      self.isUnicode = isUnicode
    }

    /// Standard error: standard output belongs to results.
    public static var standardError: Output {
      let environment = ProcessInfo.processInfo.environment
      let launcher = LauncherTerminal.shared
      return Output(
        isUnicode: isUnicode(environment),
        width: { launcher?.width ?? terminalWidth(STDERR_FILENO) },
        isReady: { StandardError.isReady }, showsBar: StandardError.setBar,
        write: StandardError.write)
    }

    /// Whether the locale's characters are UTF-8. The first variable that is set decides.
    static func isUnicode(_ environment: [String: String]) -> Bool {
      let names = ["LC_ALL", "LC_CTYPE", "LANG"]
      let locale = names.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
      return locale.lowercased().replacing("-", with: "").contains("utf8")
    }

    /// The columns of a terminal, else 80. C: `ioctl(TIOCGWINSZ)`.
    @Sendable static func terminalWidth(_ file: Int32) -> Int {
      var size = winsize()
      let isKnown = ioctl(file, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
      return isKnown ? Int(size.ws_col) : 80
    }
  }

  /// The mode that suits standard error: the bar on a capable terminal, also where that is the one of the
  /// launcher that standard error goes to; else a line every `interval` seconds. `quiet` and JSON override
  /// both. C: `isatty`.
  public static func standardMode(quiet: Bool = false, interval: Double = 10) -> Mode {
    if quiet { return .quiet }
    if StandardError.format == .json { return .json(every: interval) }
    let isTerminal = isatty(STDERR_FILENO) == 1 || LauncherTerminal.shared != nil
    return .automatic(
      isTerminal: isTerminal, environment: ProcessInfo.processInfo.environment, interval: interval)
  }

  /// Seconds since the machine started.
  public static let uptime: @Sendable () -> Double = { ProcessInfo.processInfo.systemUptime }
}
