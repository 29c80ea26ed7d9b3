import Foundation
import HDF5
import Reporting
import Testing

/// All tests of the release binary. Continuous integration must have it.
@Suite("Command line", .serialized, .enabled(if: Program.isBuilt || isContinuousIntegration))
struct CommandLineTests {
  @Test func theBinaryIsThere() {
    #expect(Program.isBuilt, "no \(Program.path): run swift build -c release, or set SDT_BINARY")
  }
}

let isContinuousIntegration = ProcessInfo.processInfo.environment["CI"] == "true"

/// A folder with data (80 + 30 samples of 6×6 bytes in 10 classes) and a configuration, from which
/// the program is started.
struct Trial {
  let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    try Self.writeData(scratch.path + "/data.h5")
    try scratch.write(
      """
      name: trial
      data:
        train: {file: data.h5, labels: /train/labels}
        test: {file: data.h5, labels: /test/labels}
      model: {family: rbm, hidden: 8, sample_sweeps: 10}
      training: {epochs: 2, global_batch: 12, shards: 4, log_every_steps: 3}
      evaluation: {pictures: false, picture_share: 1}
      """, to: "run.yaml")
  }

  static func writeData(_ path: String, change: (inout [Float]) -> Void = { _ in }) throws {
    try File.creatingAtomically(path) { file in
      for (name, count) in [("train", 80), ("test", 30)] {
        let numbers = (0..<count * 36).map { (i: Int) -> Int in i * 37 + i / 36 * 11 }
        let bytes = numbers.map { UInt8($0 % 256) }
        let labels = (0..<count).map { Int32($0 % 10) }
        try file.write("/\(name)/images", shape: [count, 6, 6], values: bytes)
        try file.write("/\(name)/labels", shape: [count], values: labels)
        var floats = bytes.map { Float($0) / 255 }
        change(&floats)
        try file.write("/\(name)/floats", shape: [count, 6, 6], values: floats)
      }
    }
  }

  var path: String { scratch.path }

  /// Writes data from which any model diverges.
  /// - Returns: the settings of a run that does.
  func diverging() throws -> [String] {
    try Self.writeData(path + "/huge.h5") { values in
      for i in values.indices { values[i] = i % 2 == 0 ? 1e38 : -1e38 }
    }
    return [
      "data.train.file=huge.h5", "data.train.images=/train/floats", "data.test=null",
      "data.transform=none", "optimizer.learning_rate=1e6", "checkpoint.every_steps=1",
    ]
  }

  /// Trains in `run`.
  func train(
    _ arguments: [String] = [], set settings: [String] = [], run: String = "run", ranks: Int = 1,
    environment: [String: String] = [:]
  ) throws -> Outcome {
    let words = ["train", "run.yaml", "--run-dir", run] + settings.flatMap { ["--set", $0] }
    return try Program.run(
      words + arguments, ranks: ranks, in: path, environment: environment)
  }

  /// Starts what must be refused: exit code, one line of ours that says all of `words`, nothing
  /// written, an end within seconds.
  func refuse(
    _ arguments: [String], ranks: Int = 1, status: Int32 = 2, says words: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = scratch.files()
    let outcome = try Program.run(arguments, ranks: ranks, in: path)
    #expect(outcome.status == status, "\(outcome.errors)", sourceLocation: sourceLocation)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)", sourceLocation: sourceLocation)
    for word in words {
      #expect(
        outcome.errorLines.first?.contains(word) == true, "'\(word)' in \(outcome.errorLines)",
        sourceLocation: sourceLocation)
    }
    if ranks == 1 {
      #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
      let isUsage = outcome.errors.hasPrefix("Error: ")
      let lines = outcome.errors.split(separator: "\n").count
      #expect(isUsage || lines == 1, "\(outcome.errors)", sourceLocation: sourceLocation)
    }
    #expect(outcome.seconds < 60, sourceLocation: sourceLocation)
    #expect(scratch.files() == before, sourceLocation: sourceLocation)
  }

  /// `refuse` for a training run with settings.
  func refuseTraining(
    _ settings: [String], ranks: Int = 1, status: Int32 = 2, says words: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try refuse(
      ["train", "run.yaml", "--run-dir", "run"] + settings.flatMap { ["--set", $0] }, ranks: ranks,
      status: status, says: words, sourceLocation: sourceLocation)
  }

  /// The checkpoints of a run, oldest first.
  func checkpoints(_ run: String = "run") -> [String] {
    scratch.files(run + "/checkpoints").filter { $0.hasPrefix("step-") }.map {
      run + "/checkpoints/" + $0
    }
  }

  /// What a command prints as JSON.
  func json(_ arguments: [String], ranks: Int = 1) throws -> JSONValue {
    let outcome = try Program.run(arguments, ranks: ranks, in: path)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try JSONValue(parsing: outcome.output)
  }
}
