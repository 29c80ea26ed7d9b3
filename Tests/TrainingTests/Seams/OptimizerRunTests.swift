import Foundation
import Reporting
import Testing

@testable import Training

/// Optimizers, their state, and what evaluations decide, in whole runs.
@Suite("Runs with other optimizers") struct OptimizerRunTests {
  private static let rows: [[Float]] = (0..<23).map { row in
    (0..<4).map { Float((row * 7 + $0 * 5) % 16) / 16 }
  }

  private func withRun(_ body: (ToyRun) throws -> Void) throws {
    try ToyRun.with(train: Self.rows, test: Array(Self.rows.prefix(9)), body)
  }

  static let optimizers = [
    "{name: adam, learning_rate: 0.1}",
    "{name: adamw, learning_rate: {kind: cosine, start: 0.2, steps: 20, per: step}, clip_norm: 0.5}",
    "{name: nesterov, learning_rate: {kind: constant, value: 0.1, warm_up_steps: 7}}",
    "{name: rmsprop, momentum: 0.5, clip_value: 0.3, averaging: 0.7}",
    "{name: adagrad, learning_rate: 0.5, averaging: 0.9}",
    "{learning_rate: 1.8, plateau: {patience: 0, factor: 0.5, minimum: 0.01}}",
  ]

  /// 4 steps an epoch: in the middle of one, and at an end.
  @Test("stopped and taken up again: the same bits", arguments: optimizers, [5, 8])
  func resumes(optimizer: String, steps: Int) throws {
    try withRun { run in
      let settings = ["optimizer=\(optimizer)", "model.stages=2", "training.epochs=3"]
      #expect(try run.train("whole", settings) == .done)
      let whole = try run.newest("whole")
      #expect(whole.position == .init(stage: 1, epoch: 3, stepInEpoch: 0, step: 24))
      for steps in [steps, steps + 12] {
        #expect(try run.train("parts", settings + ["training.steps=\(steps)"]) == .done)
      }
      #expect(try run.train("parts", settings) == .done)
      let parts = try run.newest("parts")
      #expect(parts.digest == whole.digest)
      #expect(parts.arrays == whole.arrays)
      #expect(parts.evaluations == whole.evaluations)
      #expect(
        try run.evaluations("parts").last?.metrics == run.evaluations("whole").last?.metrics)
    }
  }

  @Test("a rate that makes no progress is lowered, and more epochs go on from there")
  func plateau() throws {
    try withRun { run in
      let settings = ["optimizer=\(Self.optimizers[5])"]
      #expect(try run.train("whole", settings) == .done)
      let values = try run.evaluations("whole").compactMap { $0["distance"] }
      let whole = try run.newest("whole")
      #expect(whole.evaluations == ["distance": values] && values.count == 6)
      #expect(try run.log("whole").contains("no progress: from here on learning rates are"))
      #expect(try run.train("parts", settings + ["training.epochs=3"]) == .done)
      #expect(try run.train("parts", settings) == .done)
      #expect(try run.newest("parts").digest == whole.digest)
      #expect(try run.newest("parts").evaluations == whole.evaluations)
    }
  }

  @Test("a stage that becomes no better ends, and stays ended")
  func earlyStopping() throws {
    try withRun { run in
      // Closeness should grow; called a thing to make small, it is best at the beginning.
      let settings = [
        "optimizer.learning_rate=0.05",
        "training.early_stopping={metric: closeness, mode: min, patience: 2}", "training.epochs=9",
      ]
      #expect(try run.train("run", settings) == .done)
      #expect(try run.newest("run").position.epoch == 3)
      #expect(try run.log("run").contains("closeness has not become better in 2 evaluations"))
      let digest = try run.newest("run").digest
      #expect(try run.train("run", settings) == .done)
      #expect(try run.newest("run").digest == digest)
      #expect(try run.evaluations("run").count == 3)
    }
  }

  @Test func whatIsWatchedMustExist() throws {
    try withRun { run in
      func error(_ settings: String...) -> String { message { try run.train("bad", settings) } }
      #expect(
        error("optimizer.plateau={metric: x, mode: min}").contains(
          "optimizer.plateau.metric is x, but an evaluation gives distance, closeness"))
      #expect(
        error("optimizer.plateau={metric: closeness}", "training.epochs=1").contains(
          "optimizer.plateau.mode is missing"))
      #expect(
        error("training.early_stopping={metric: y, mode: min}", "model.stages=2").contains(
          "training.early_stopping.metric is y, but an evaluation gives distance"))
      #expect(!FileManager.default.fileExists(atPath: run.folder + "/bad"), "nothing is written")
    }
  }

  @Test("decisions are about the last stage alone")
  func lastStage() throws {
    try withRun { run in
      let stopping = "training.early_stopping={metric: closeness, mode: min, patience: 2}"
      let settings = [
        "optimizer.learning_rate=0.05", stopping, "model.stages=2", "training.epochs=5",
      ]
      let status = try run.train("run", settings)
      let position = try run.newest("run").position
      // Five epochs of the first, and three of the second, of four steps each.
      #expect(
        status == .done && position == .init(stage: 1, epoch: 3, stepInEpoch: 0, step: 32))
    }
  }

  @Test("evaluations and the next stage take the averages; going on takes the parameters")
  func averages() throws {
    try withRun { run in
      let settings = ["optimizer={learning_rate: 0.2, averaging: 0.9}"]
      #expect(try run.train("run", settings) == .done)
      let checkpoint = try run.newest("run")
      let mean = try #require(checkpoint["/parameters/stage-0/mean"]).values
      let average = try #require(checkpoint["/optimizer/stage-0/mean/average"]).values
      func distance(_ mean: [Float]) -> Double {
        let samples = Self.rows.prefix(9)
        return samples.reduce(0.0) { sum, row in
          sum + zip(row, mean).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        } / 9
      }
      let value = try #require(try run.evaluations("run").last?["distance"])
      #expect(abs(value - distance(average)) < 1e-5)
      #expect(abs(value - distance(mean)) > 1e-2)
      // The plain run goes through the same parameters.
      #expect(try run.train("plain", ["optimizer={learning_rate: 0.2}"]) == .done)
      #expect(try run.newest("plain").digest == checkpoint.digest)
      // Two stages, the second of which stands still.
      let still = settings + ["model.stages=2", "training.epochs=1"]
      let limit = "training.steps=4"
      #expect(try run.train("first", still + [limit]) == .done)
      let first = try #require(run.newest("first")["/optimizer/stage-0/mean/average"])
      #expect(try run.train("first", still) == .done)
      #expect(try run.newest("first")["/parameters/stage-0/mean"]?.values == first.values)
    }
  }
}

extension ToyRun {
  /// Trains what is judged by an evaluation.
  fileprivate func train(_ directory: String, _ settings: [String]) throws -> Training.ExitStatus {
    let configuration = """
      data: {train: {file: "\(folder)/data.h5"}, test: {file: "\(folder)/data.h5"}}
      model: {family: judged}
      training: {epochs: 6, global_batch: 6, shards: 3}
      evaluation: {pictures: false}
      """
    return try train(
      directory, configuration: configuration, settings,
      families: FamilyRegistry([JudgedFamily.self]))
  }

  fileprivate func evaluations(_ directory: String) throws -> [MetricsLog.Record] {
    try MetricsLog.read("\(folder)/\(directory)/metrics.jsonl").filter { $0.kind == "evaluation" }
  }
}
