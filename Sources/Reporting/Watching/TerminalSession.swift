import Foundation
import Synchronization

/// A terminal whose whole window a program draws in, and that is as it was afterwards: also after a signal.
final class TerminalSession {
  /// What has happened.
  enum Event: Equatable {
    /// Time is up.
    case timeout
    /// Another window size.
    case resized
    /// A key.
    case key(UInt8)
    /// A signal asks for the end; 0 where the terminal is gone.
    case end(signal: Int32)
  }

  private var before = termios()
  private var isOpen = false
  private static let wake = Atomic<Int32>(-1)
  private var pipeEnd: Int32 = -1

  /// Whether standard input and output are a terminal that can be drawn on.
  static var isAvailable: Bool {
    let terminal = ProcessInfo.processInfo.environment["TERM"] ?? ""
    return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 && terminal != ""
      && terminal != "dumb"
  }

  /// Rows and columns. C: `ioctl(TIOCGWINSZ)`.
  var size: (rows: Int, columns: Int) {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else {
      return (24, 80)
    }
    return (Int(size.ws_row), Int(size.ws_col))
  }

  /// Takes the window: another screen, no cursor, keys at once. C: `tcsetattr(3)`.
  init() {
    var ends: [Int32] = [-1, -1]
    if pipe(&ends) == 0 {
      pipeEnd = ends[0]
      for end in ends {
        _ = fcntl(end, F_SETFL, O_NONBLOCK)
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      }
      Self.wake.store(ends[1], ordering: .relaxed)
    }
    // A signal only says its number in the pipe (signal-safety(7)).
    for number in [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGWINCH] {
      signal(number) { number in
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(TerminalSession.wake.load(ordering: .relaxed), &byte, 1)
      }
    }
    tcgetattr(STDIN_FILENO, &before)
    open()
  }

  private func open() {
    var raw = before
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
    tcsetattr(STDIN_FILENO, TCSANOW, &raw)
    put("\u{1B}[?1049h\u{1B}[?25l")
    isOpen = true
  }

  /// Gives the window back as it was.
  func close() {
    guard isOpen else { return }
    // Cleared first: of a window that was made smaller, tmux keeps rows that it shows again later.
    put("\u{1B}[?7h\u{1B}[H\u{1B}[2J\u{1B}[?25h\u{1B}[?1049l")
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before)
    isOpen = false
  }

  /// Stops the program as Ctrl-Z does, with the window as it was, and takes it again when the program goes on.
  func suspend() {
    close()
    kill(0, SIGSTOP)
    open()
  }

  /// Draws over what was there, without clearing it first, so that nothing flickers.
  /// - Returns: whether the terminal still is there.
  @discardableResult
  func draw(_ lines: [String]) -> Bool {
    let text = lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n")
    // Without wrapping (DECAWM), a window that shrinks just now shows less and does not scroll.
    return put("\u{1B}[?7l\u{1B}[H" + text + "\u{1B}[J\u{1B}[?7h")
  }

  @discardableResult
  private func put(_ text: String) -> Bool {
    (try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))) != nil
  }

  /// Waits for a key, a signal or the end of the time. C: `poll(2)`.
  func wait(seconds: Double) -> Event {
    var files = [
      pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
      pollfd(fd: pipeEnd, events: Int16(POLLIN), revents: 0),
    ]
    _ = poll(&files, 2, Int32(max(0, min(seconds, 3600)) * 1000))
    var byte: UInt8 = 0
    if files[1].revents != 0, read(pipeEnd, &byte, 1) == 1 {
      return Int32(byte) == SIGWINCH ? .resized : .end(signal: Int32(byte))
    }
    if files[0].revents != 0 {
      return read(STDIN_FILENO, &byte, 1) == 1 ? .key(byte) : .end(signal: 0)
    }
    return .timeout
  }
}
