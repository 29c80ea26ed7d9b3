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

  /// What TensorBoard's own reader finds in a folder of event files (Tests/Scripts/read-events.py). Nil, with a
  /// word, where the interpreter has no TensorBoard; where it must be there (`CI=true`) that is a failure.
  static func events(_ folder: String) throws -> JSONValue? {
    guard try CommandRun([interpreter, "-c", "import tensorboard"]).wait().status == 0 else {
      let text = "skipped: \(interpreter) has no tensorboard (set SDT_PYTHON)"
      if ProcessInfo.processInfo.environment["CI"] == "true" { Issue.record("\(text)") }
      FileHandle.standardError.write(Data((text + "\n").utf8))
      return nil
    }
    let result = try CommandRun([interpreter, "Tests/Scripts/read-events.py", folder]).wait()
    guard result.status == 0 else { throw TestError(result.errors) }
    return try JSONValue(parsing: result.output)
  }
}
