import Foundation
import Testing

/// The Python interpreter, with NumPy and h5py, that checks results from the other side:
/// `SDT_PYTHON`, else `python3`.
public enum Python {
  /// What a call of the interpreter left: its exit code, what it printed, and its errors.
  public typealias Outcome = (status: Int32, output: String, errors: String)

  private static let environment = ProcessInfo.processInfo.environment

  /// The name of the interpreter, or its path.
  public static let interpreter = environment["SDT_PYTHON"] ?? "python3"

  private static let hasLibraries = (try? run(["-c", "import numpy, h5py"]))?.status == 0

  /// Runs `script` with `arguments` (`args` in it; it sees `sys`, `json`, `np` and `h5py`); returns
  /// what it prints, without white space at the ends. Its failure, with what it said, fails the test.
  /// - Throws: what keeps a process from being started.
  @discardableResult
  public static func call(
    _ script: String, _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let preamble = "import sys, json, numpy as np, h5py\nargs = sys.argv[1:]\n"
    let result = try run(["-c", preamble + script] + arguments)
    #expect(result.status == 0, "\(result.errors)", sourceLocation: sourceLocation)
    return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Whether a test with Python may run. Says so when it is skipped; where everything must be
  /// installed (`CI=true`), that is a failure.
  public static func isReady(
    _ test: String = #function, sourceLocation: SourceLocation = #_sourceLocation
  ) -> Bool {
    if hasLibraries { return true }
    let text = "\(test) skipped: \(interpreter) has no NumPy or h5py (set SDT_PYTHON)"
    if environment["CI"] == "true" {
      Issue.record("\(text)", sourceLocation: sourceLocation)
    } else {
      FileHandle.standardError.write(Data((text + "\n").utf8))
    }
    return false
  }

  /// Runs the interpreter with `arguments` to its end.
  /// - Throws: what keeps a process from being started.
  public static func run(_ arguments: [String]) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [interpreter] + arguments
    let errors = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: errors) }
    let output = Pipe()
    process.standardOutput = output
    let file = try FileHandle(forWritingTo: errors)
    // Process never lets go of it.
    defer { try? file.close() }
    process.standardError = file
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (
      process.terminationStatus, String(decoding: text, as: UTF8.self),
      String(decoding: try Data(contentsOf: errors), as: UTF8.self)
    )
  }
}
