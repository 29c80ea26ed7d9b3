import Foundation
import Testing

/// Commands that tests run.
enum Shell {
  struct Result {
    let status: Int32
    let text: String
  }

  /// Runs a command to its end.
  static func run(_ words: [String]) throws -> Result {
    let (process, pipe) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.standardInput = FileHandle.nullDevice
    (process.standardOutput, process.standardError) = (pipe, pipe)
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, text: String(decoding: bytes, as: UTF8.self))
  }

  /// Whether a command is there. Where everything must be installed (`CI=true`), that it is not is a failure.
  static func has(_ command: String, _ test: String = #function) throws -> Bool {
    if try run(["sh", "-c", "command -v \(command)"]).status == 0 { return true }
    let text = "\(test) skipped: there is no \(command) (cluster/install-packages --with-tests)"
    if ProcessInfo.processInfo.environment["CI"] == "true" { Issue.record("\(text)") }
    FileHandle.standardError.write(Data((text + "\n").utf8))
    return false
  }
}
