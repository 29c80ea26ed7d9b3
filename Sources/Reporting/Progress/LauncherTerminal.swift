import Foundation

/// The terminal of the launcher that this process writes to: under `mpirun` standard error is a pipe, although a
/// person may sit at the terminal that `mpirun` copies it to.
///
/// It is taken for a place for a bar only where nothing else happens to what is written: an ancestor on this
/// host that is a launcher reads this very pipe, its own standard error is a terminal, it works in the
/// foreground there, and it was not told to label or to store lines. All this is in proc(5); elsewhere there
/// is none.
struct LauncherTerminal: Sendable {
  /// Of this process; looked for once.
  static let shared = find()

  private let file: Int32

  /// Columns.
  var width: Int { ProgressDisplay.Output.terminalWidth(file) }

  private static func find() -> LauncherTerminal? {
    let pipe = link("/proc/self/fd/2")
    guard pipe.hasPrefix("pipe:") else { return nil }
    var parent = ProcessStatus(process: "self")?.parent
    for _ in 0..<32 {
      guard let process = parent, process > 1, let status = ProcessStatus(process: "\(process)")
      else { break }
      if isLauncher(status.name) { return open(process, status, pipe) }
      parent = status.parent
    }
    return nil
  }

  private static func open(_ process: Int, _ status: ProcessStatus, _ pipe: String)
    -> LauncherTerminal?
  {
    let words = text("/proc/\(process)/cmdline").split(separator: "\0").map(String.init)
    let environment = ProcessInfo.processInfo.environment
    guard status.isInForeground, !changesLines(words, environment), holds(process, pipe) else {
      return nil
    }
    let terminal = link("/proc/\(process)/fd/2")
    guard terminal.hasPrefix("/dev/") else { return nil }
    // Not to become its controlling terminal.
    let file = Foundation.open(terminal, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return nil }
    if isatty(file) == 1 { return LauncherTerminal(file: file) }
    close(file)
    return nil
  }

  /// Open MPI's and PRRTE's, and those that others name alike.
  static func isLauncher(_ name: String) -> Bool {
    ["mpirun", "mpiexec", "orterun", "prterun", "prun"].contains { name.hasPrefix($0) }
  }

  /// Whether a launcher's options or settings label lines, or send them elsewhere too: mpirun(1), "To manage
  /// standard I/O".
  static func changesLines(_ words: [String], _ environment: [String: String]) -> Bool {
    let options = [
      "tag-output", "tag_output", "timestamp-output", "timestamp_output", "xml", "output-filename",
      "output_filename", "output", "merge-stderr-to-stdout", "xterm", "prepend-rank", "l",
    ]
    let names = words.filter { $0.hasPrefix("-") || $0.hasPrefix("orte_") || $0.hasPrefix("iof_") }
      .map { $0.drop { $0 == "-" } }
    let isAsked = names.contains { name in
      options.contains { name == $0 || name == "orte_\($0)" || name.hasPrefix($0 + "=") }
    }
    let settings = environment.keys.filter {
      $0.hasPrefix("OMPI_MCA_") || $0.hasPrefix("PRTE_MCA_")
    }
    return isAsked
      || settings.contains { name in options.contains { $0.count > 3 && name.hasSuffix($0) } }
  }

  private static func holds(_ process: Int, _ pipe: String) -> Bool {
    let folder = "/proc/\(process)/fd"
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.contains { link(folder + "/" + $0) == pipe }
  }

  private static func link(_ path: String) -> String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) ?? ""
  }
}

/// What proc(5) tells of a process.
struct ProcessStatus: Equatable {
  let name: String
  let parent: Int
  /// Whether it is in the process group that its terminal listens to.
  let isInForeground: Bool

  init?(process: String) { self.init(stat: text("/proc/\(process)/stat")) }

  /// Reads `/proc/PID/stat`: number, name in parentheses (with any characters), state, parent, group,
  /// session, terminal, the terminal's group.
  init?(stat: String) {
    guard let open = stat.firstIndex(of: "("), let close = stat.lastIndex(of: ")"), open < close
    else { return nil }
    let words = stat[close...].dropFirst().split(separator: " ")
    guard words.count > 5, let parent = Int(words[1]) else { return nil }
    name = String(stat[stat.index(after: open)..<close])
    self.parent = parent
    isInForeground = words[2] == words[5]
  }
}

private func text(_ path: String) -> String {
  String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
}
