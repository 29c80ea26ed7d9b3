import Foundation
import Testing

/// The commands `pca` and `embed` of the release binary, alone and under mpirun.
@Suite(
  "Analysis commands", .serialized,
  .enabled(if: Program.isBuilt || Program.isContinuousIntegration))
struct AnalysisTests {}

/// What a command that has ended left.
struct Outcome {
  let status: Int32
  let output: String
  let errors: String

  /// The digest that it printed.
  var digest: String? {
    output.split(separator: "\n").first { $0.hasPrefix("digest: ") }.map(String.init)
  }
}

/// The release binary: `SDT_BINARY`, else that of `.build/release`.
enum Program {
  private static let environment = ProcessInfo.processInfo.environment
  private static let project = FileManager.default.currentDirectoryPath

  static let isContinuousIntegration = environment["CI"] == "true"
  static let path = environment["SDT_BINARY"] ?? project + "/.build/release/swift-dist-train"
  static var isBuilt: Bool { access(path, X_OK) == 0 }
  /// 3,000 training and 500 test images of clothes.
  static let sample = project + "/configs/sample/fashion-mnist-sample.h5"

  private static let python = environment["SDT_PYTHON"] ?? "python3"

  /// Runs it, on several ranks under mpirun.
  static func run(_ arguments: [String], ranks: Int = 1, in folder: Folder) throws -> Outcome {
    let launcher = environment["SDT_MPIRUN"] ?? "mpirun"
    let words = ranks > 1 ? [launcher, "-n", "\(ranks)", path] : [path]
    return try command(words + arguments, in: folder)
  }

  /// What a script prints that runs in a folder; nil where it cannot run, which fails the test only
  /// where everything must be installed.
  static func script(_ text: String, in folder: Folder) throws -> String? {
    let modules = "import h5py, json, numpy as np, sklearn"
    guard try command([python, "-c", modules], in: folder).status == 0 else {
      let reason = "skipped: \(python) has no h5py, NumPy and scikit-learn (set SDT_PYTHON)"
      if isContinuousIntegration { Issue.record("\(reason)") }
      FileHandle.standardError.write(Data((reason + "\n").utf8))
      return nil
    }
    let outcome = try command([python, "-c", modules + "\n" + text], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome.output
  }

  private static func command(_ words: [String], in folder: Folder) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    // More ranks than cores, perhaps as root; ranks that wait give their core away.
    process.environment = environment.merging([
      "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
      "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_mpi_yield_when_idle": "1",
      "OMP_NUM_THREADS": "1",
    ]) { $1 }
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardInput = FileHandle.nullDevice
    let (output, errors) = (folder.path + "/.output", folder.path + "/.errors")
    for path in [output, errors] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    let files = [output, errors].map { FileHandle(forWritingAtPath: $0) }
    // Process never lets go of them.
    defer { for file in files { try? file?.close() } }
    (process.standardOutput, process.standardError) = (files[0], files[1])
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus,
      output: try String(contentsOfFile: output, encoding: .utf8),
      errors: try String(contentsOfFile: errors, encoding: .utf8))
  }
}

/// A folder that goes with its last owner.
final class Folder {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("embedding-tests-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to name: String) throws {
    try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
  }

  /// The files that a test has left, sorted.
  var files: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }
        .sorted()
    }
  }
}
