import Foundation
import Testing

/// The Python interpreter with NumPy and h5py that looks at results from the other side:
/// `SDT_PYTHON`, else `python3`.
enum Python {
  private static let interpreter = ProcessInfo.processInfo.environment["SDT_PYTHON"] ?? "python3"

  /// Whether the interpreter can import modules. Where everything must be installed (`CI=true`),
  /// that it cannot is a failure.
  static func has(_ modules: String, _ test: String = #function) throws -> Bool {
    if try Program.command([interpreter, "-c", "import \(modules)"]).status == 0 { return true }
    let text = "\(test) skipped: \(interpreter) cannot import \(modules) (set SDT_PYTHON)"
    if isContinuousIntegration { Issue.record("\(text)") }
    FileHandle.standardError.write(Data((text + "\n").utf8))
    return false
  }

  /// What a script prints that runs in a folder.
  @discardableResult
  static func call(
    _ script: String, _ arguments: [String] = [], in folder: String,
    environment: [String: String] = [:]
  ) throws -> String {
    let outcome = try Program.command(
      [interpreter, "-c", script] + arguments, in: folder, environment: environment)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome.output
  }
}
