import Foundation
import MessagePassing
import Reporting
import TestSupport
import Testing

@testable import Training

/// A folder with data, `data.h5`; training of toy families in it, in silence.
struct ToyRun {
  let folder: String

  /// Runs `body` in a new folder whose samples are `train` and `test`.
  static func with(
    train: [[Float]], test: [[Float]] = [], _ body: (ToyRun) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      try writeSamples(folder + "/data.h5", train: train, test: test)
      try body(ToyRun(folder: folder))
    }
  }

  /// Trains in a directory of the folder, by a configuration (kept as `toy.yaml`) with settings on
  /// top.
  func train(
    _ directory: String, configuration: String, _ settings: [String], families: FamilyRegistry
  ) throws -> Training.ExitStatus {
    let file = folder + "/toy.yaml"
    try configuration.write(toFile: file, atomically: true, encoding: .utf8)
    let options = TrainingOptions(
      configuration: file, settings: settings, runDirectory: "\(folder)/\(directory)",
      isQuiet: true, families: families)
    return try TrainingRun(.solo(), options).run()
  }

  /// The newest checkpoint of a run.
  func newest(_ directory: String) throws -> Checkpoint {
    let store = CheckpointStore(runDirectory: "\(folder)/\(directory)")
    return try Checkpoint(reading: #require(store.list().first))
  }

  /// The lines of a run's metrics.jsonl without what depends on the clock.
  func metrics(_ directory: String) throws -> [MetricsLog.Record] {
    try MetricsLog.read("\(folder)/\(directory)/metrics.jsonl").map { record in
      var record = record
      record.metrics["samples_per_second"] = nil
      record.time = nil
      return record
    }
  }

  /// What a run said.
  func log(_ directory: String) throws -> String {
    try String(contentsOfFile: "\(folder)/\(directory)/train.log", encoding: .utf8)
  }
}
