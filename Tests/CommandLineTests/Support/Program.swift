import Foundation
import Testing

/// What a command that has ended left.
struct Outcome {
  let status: Int32
  let output: String
  let errors: String
  let seconds: Double

  /// The lines of ours that tell of an error; a launcher's own words are not counted.
  var errorLines: [String] {
    errors.split(separator: "\n").map(String.init).filter {
      $0.hasPrefix("error: ") || $0.hasPrefix("Error: ")
    }
  }
}

/// The release binary: `SDT_BINARY`, else that of `.build/release`.
enum Program {
  private static let environment = ProcessInfo.processInfo.environment

  static let path: String = {
    let standard = FileManager.default.currentDirectoryPath + "/.build/release/swift-dist-train"
    return environment["SDT_BINARY"] ?? standard
  }()

  /// Whether it is there.
  static var isBuilt: Bool { access(path, X_OK) == 0 }

  /// Runs it, on several ranks under mpirun. Whatever takes longer than `timeout` is ended, and
  /// fails the test.
  static func run(
    _ arguments: [String], ranks: Int = 1, in folder: String? = nil,
    environment more: [String: String] = [:], timeout: Double = 120
  ) throws -> Outcome {
    let launcher = environment["SDT_MPIRUN"] ?? "mpirun"
    let words = ranks > 1 ? [launcher, "-n", "\(ranks)", path] : [path]
    return try command(words + arguments, in: folder, environment: more, timeout: timeout)
  }

  /// Runs any command.
  static func command(
    _ words: [String], in folder: String? = nil, environment more: [String: String] = [:],
    timeout: Double = 120
  ) throws -> Outcome {
    let place = try Scratch()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.environment = environment.merging(openMPI) { $1 }.merging(more) { $1 }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    process.standardInput = FileHandle.nullDevice
    let files = try ["output", "errors"].map { try place.file($0) }
    // Process never lets go of them.
    defer { for file in files { try? file.close() } }
    (process.standardOutput, process.standardError) = (files[0], files[1])
    let start = DispatchTime.now().uptimeNanoseconds
    try process.run()
    let isLate = wait(for: process, timeout: timeout)
    let end = DispatchTime.now().uptimeNanoseconds
    #expect(!isLate, "\(words) took longer than \(timeout) s")
    return Outcome(
      status: process.terminationStatus, output: place.text("output"), errors: place.text("errors"),
      seconds: Double(end - start) * 1e-9)
  }

  private static func wait(for process: Process, timeout: Double) -> Bool {
    let end = Date().addingTimeInterval(timeout)
    while process.isRunning {
      usleep(5000)
      guard Date() > end else { continue }
      process.terminate()
      process.waitUntilExit()
      return true
    }
    return false
  }

  /// More ranks than cores, perhaps as root; ranks that wait give their core away.
  private static let openMPI = [
    "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_mpi_yield_when_idle": "1",
  ]
}

/// A folder that goes with its last owner.
final class Scratch {
  let path: String

  init() throws {
    let name = "command-line-tests-\(UUID().uuidString)"
    path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) throws -> FileHandle {
    _ = FileManager.default.createFile(atPath: path + "/" + name, contents: nil)
    return try FileHandle(forWritingTo: URL(fileURLWithPath: path + "/" + name))
  }

  func text(_ name: String) -> String {
    (try? String(contentsOfFile: path + "/" + name, encoding: .utf8)) ?? ""
  }

  func write(_ text: String, to name: String) throws {
    try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
  }

  /// The files below, sorted.
  func files(_ name: String = "") -> [String] {
    (FileManager.default.enumerator(atPath: path + "/" + name)?.allObjects as? [String] ?? [])
      .sorted()
  }

  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }
}
