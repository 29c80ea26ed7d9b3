import Foundation

/// The commands that take a batch script on standard input, and how they name the job.
public enum Submission: String, Sendable, CaseIterable {
  case sbatch, qsub, bsub

  /// Gives a script to the scheduler.
  /// - Returns: the job's number, as the scheduler's other commands take it.
  /// - Throws: `LaunchError` when the command is not there or does not take the script. It has
  ///   then said why on standard error.
  public func submit(_ script: String) throws -> String {
    guard let path = Self.executable(rawValue) else {
      throw LaunchError(
        "there is no \(rawValue) on the PATH; submit the job on a machine that has it, or write the script "
          + "to a file with --output")
    }
    let output = try run(path, script)
    guard let number = number(output) else {
      throw LaunchError(
        "\(rawValue) took the script but named no job; it said '\(output)'. See whether it is queued before you "
          + "submit it again")
    }
    return number
  }

  private func run(_ path: String, _ script: String) throws -> String {
    let (process, input, output) = (Process(), Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = self == .sbatch ? ["--parsable"] : []
    (process.standardInput, process.standardOutput) = (input, output)
    do { try process.run() } catch { throw LaunchError("cannot start \(path): \(error)") }
    // A command that reads nothing must not end this one by SIGPIPE.
    signal(SIGPIPE, SIG_IGN)
    try? input.fileHandleForWriting.write(contentsOf: Data(script.utf8))
    try? input.fileHandleForWriting.close()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0, process.terminationReason == .exit else {
      throw LaunchError(
        "\(rawValue) did not take the script (exit code \(process.terminationStatus)); what it says is above"
      )
    }
    return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// `123;cluster` of sbatch, `123.server` of qsub, `Job <123> is submitted to queue <normal>.`
  /// of bsub.
  func number(_ output: String) -> String? {
    let line = output.split(separator: "\n").last.map(String.init) ?? ""
    switch self {
    case .sbatch: return line.prefixMatch(of: /[0-9]+/).map { String($0.0) }
    case .qsub: return line.isEmpty ? nil : line
    case .bsub: return output.firstMatch(of: /Job <([0-9]+)>/).map { String($0.1) }
    }
  }

  /// The first file on the PATH that has this name and can be run.
  static func executable(_ name: String) -> String? {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
    return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }
}
