import Foundation
import Testing

/// The Python interpreter, with NumPy and h5py, that checks files from the other side: `SDT_PYTHON`,
/// else `python3`.
enum Python {
  private static let interpreter =
    ProcessInfo.processInfo.environment["SDT_PYTHON"] ?? "python3"

  /// Whether the interpreter has NumPy and h5py.
  static let hasLibraries = (try? run("import numpy, h5py", []))?.status == 0

  /// Runs `script` with `arguments` (`sys.argv[1:]`); returns what it prints. Its failure, with what
  /// it said, fails the test.
  @discardableResult
  static func call(_ script: String, _ arguments: String...) throws -> String {
    let preamble = "import sys, json, numpy as np, h5py\nargs = sys.argv[1:]\n"
    let result = try run(preamble + script, arguments)
    #expect(result.status == 0, "\(result.errors)")
    return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Whether a test with Python may run. Says so when it is skipped; where everything must be
  /// installed (`CI=true`), that is a failure.
  static func isReady(_ test: String = #function) -> Bool {
    if hasLibraries { return true }
    let text = "\(test) skipped: \(interpreter) has no NumPy or h5py (set SDT_PYTHON)"
    if ProcessInfo.processInfo.environment["CI"] == "true" {
      Issue.record("\(text)")
    } else {
      FileHandle.standardError.write(Data((text + "\n").utf8))
    }
    return false
  }

  private static func run(
    _ script: String, _ arguments: [String]
  ) throws -> (status: Int32, output: String, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [interpreter, "-c", script] + arguments
    let errors = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: errors) }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (
      process.terminationStatus, String(decoding: text, as: UTF8.self),
      String(decoding: try Data(contentsOf: errors), as: UTF8.self)
    )
  }
}
