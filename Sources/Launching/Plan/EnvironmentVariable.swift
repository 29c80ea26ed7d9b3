/// A variable that all ranks get.
public struct EnvironmentVariable: Sendable, Equatable {
  /// Its name: letters, digits and underscores.
  public let name: String
  /// Its value: anything without control characters.
  public let value: String

  /// A variable.
  /// - Throws: `LaunchError` for a name that a shell cannot export, and for one that scripts use
  ///   themselves: it would change what they do.
  public init(_ name: String, _ value: String) throws {
    (self.name, self.value) = (name, value)
    let isName = name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil
    guard isName, !Self.readOnly.contains(name) else {
      throw LaunchError(
        "the variable '\(name)' cannot be set by --env: give NAME=VALUE with a name of letters, digits "
          + "and underscores that bash lets scripts change")
    }
    guard !Self.ofScripts.contains(name) else {
      throw LaunchError(
        "the variable '\(name)' cannot be set by --env: scripts use it themselves; set it in the "
          + "configuration, or in a wrapper of the program (--container), where ranks need it")
    }
    try ShellWord.check(value, what: "the value of \(name)")
  }

  /// Reads `NAME=VALUE`.
  public init(parsing text: String) throws {
    try ShellWord.check(text, what: "--env")
    guard let equals = text.firstIndex(of: "=") else {
      throw LaunchError("--env is '\(text)' but must be NAME=VALUE")
    }
    try self.init(String(text[..<equals]), String(text[text.index(after: equals)...]))
  }

  /// Variables that bash itself keeps from being assigned.
  private static let readOnly: Set = [
    "BASHOPTS", "BASH_VERSINFO", "EUID", "PPID", "SHELLOPTS", "UID",
  ]

  /// Variables that scripts assign, and the one that tells bash how to part words.
  static let ofScripts: Set = [
    "IFS", "SDT_DEADLINE", "arguments", "count", "count_file", "counted", "end", "interrupted",
    "job",
    "launcher", "max_timeouts", "program", "received", "run_directory", "signal_seconds", "state",
    "status", "step", "stop_file", "stopped",
  ]

  /// The threads that libraries may start in a rank.
  /// - Parameter count: the number of threads.
  /// - Throws: `LaunchError` when it is not from 1 to 1024.
  public static func threads(_ count: Int) throws -> [EnvironmentVariable] {
    guard (1...1024).contains(count) else {
      throw LaunchError("--threads is \(count) but must be from 1 to 1024")
    }
    return try ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"].map { try Self($0, "\(count)") }
  }
}
