import Foundation
import Reporting
import Testing

@testable import Training

/// Line searches over all samples, in whole runs.
@Suite("Runs by line searches") struct FullBatchRunTests {
  static let methods = ["{name: lbfgs, memory: 5}", "{name: cg}"]

  /// 23 samples of three inputs and a target: batches of 6, the last of 5.
  private static let rows: [[Float]] = (0..<23).map { row in
    let x = (0..<3).map { Float((row * (7 + 4 * $0) + $0 * 5) % 17) / 16 }
    return x + [0.5 * x[0] - 1.5 * x[1] + 2 * x[2] + 0.25 + Float(row % 5) / 20]
  }

  /// (bias, weights) that least squares with λ/2 ‖weights‖² makes best, by the normal equations.
  private static func solution(decay: Double) -> [Double] {
    let points: [[Double]] = rows.map { [1] + $0.map(Double.init) }
    func moment(_ i: Int, _ j: Int) -> Double {
      points.reduce(0) { $0 + $1[i] * $1[j] } / Double(points.count)
    }
    // The last column is the right-hand side.
    var system = (0..<4).map { i in (0..<5).map { j in moment(i, j) } }
    for i in 1..<4 { system[i][i] += decay }
    for pivot in 0..<4 {
      for row in 0..<4 where row != pivot {
        let factor = system[row][pivot] / system[pivot][pivot]
        for column in 0..<5 { system[row][column] -= factor * system[pivot][column] }
      }
    }
    return (0..<4).map { system[$0][4] / system[$0][$0] }
  }

  private func withRun(_ body: (ToyRun) throws -> Void) throws {
    try ToyRun.with(train: Self.rows, body)
  }

  @Test("the solution of the normal equations", arguments: methods, [0, 0.1])
  func closedForm(method: String, decay: Double) throws {
    try withRun { run in
      let settings = ["optimizer=\(method)", "optimizer.weight_decay=\(decay)"]
      #expect(try run.train("run", settings) == .done)
      let checkpoint = try run.newest("run")
      let bias = try #require(checkpoint["/parameters/bias"]).values
      let weights = try #require(checkpoint["/parameters/weights"]).values
      for (found, expected) in zip(bias + weights, Self.solution(decay: decay)) {
        #expect(abs(Double(found) - expected) < 2e-3)
      }
      let lines = try run.metrics("run").filter { $0.kind == "train" }
      let losses = try lines.map { try #require($0["loss"]) }
      #expect(losses.count < 60, "it ends when nothing better is found")
      #expect(try #require(lines.last?["gradient_norm"]) < 1e-3)
      #expect(lines.allSatisfy { $0["rows"] == 1 }, "the last short batch counts")
      #expect(decay > 0 || losses == losses.sorted(by: >))
      let log = try run.log("run")
      #expect(log.contains("no step makes the loss smaller"))
    }
  }

  @Test("a loss that changes later is waited for", arguments: methods)
  func changes(method: String) throws {
    try withRun { run in
      let settings = ["optimizer=\(method)", "model.doubling_epoch=40"]
      #expect(try run.train("run", settings) == .done)
      let checkpoint = try run.newest("run")
      let weights = try #require(checkpoint["/parameters/weights"]).values
      for (found, expected) in zip(weights, Self.solution(decay: 0).dropFirst()) {
        #expect(abs(Double(found) - 2 * expected) < 4e-3)
      }
      let losses = try run.metrics("run").filter { $0.kind == "train" }.map { $0["loss"] }
      #expect(losses[38] == losses[39], "it had found the first minimum")
      #expect(checkpoint.position.step == checkpoint.position.epoch)
      #expect((41..<60).contains(checkpoint.position.epoch), "then it ends as ever")
      for epochs in [35, 45] {
        #expect(try run.train("parts", settings + ["training.epochs=\(epochs)"]) == .done)
      }
      #expect(try run.train("parts", settings) == .done)
      #expect(try run.newest("parts").digest == checkpoint.digest)
    }
  }

  @Test("stopped and taken up again: the same bits", arguments: methods, ["0", "0.3"])
  func resumes(method: String, dropped: String) throws {
    try withRun { run in
      let settings = ["optimizer=\(method)", "model.dropped=\(dropped)", "training.epochs=9"]
      #expect(try run.train("whole", settings) == .done)
      let whole = try run.newest("whole")
      // Where nothing better is found at this precision, it ends earlier.
      #expect(whole.position.epoch > 5 && whole.position.epoch == whole.position.step)
      for steps in [2, 5] {
        #expect(try run.train("parts", settings + ["training.steps=\(steps)"]) == .done)
      }
      #expect(try run.train("parts", settings) == .done)
      let parts = try run.newest("parts")
      #expect(parts.digest == whole.digest && parts.arrays == whole.arrays)
      #expect(try run.metrics("parts") == run.metrics("whole"))
    }
  }

  @Test("with dropout the loss of a run is one function: it only falls", arguments: methods)
  func dropout(method: String) throws {
    try withRun { run in
      let settings = ["optimizer=\(method)", "model.dropped=0.3", "training.epochs=12"]
      #expect(try run.train("run", settings) == .done)
      let losses = try run.metrics("run").compactMap { $0["loss"] }
      #expect(losses.count > 5 && zip(losses, losses.dropFirst()).allSatisfy { $0 > $1 })
    }
  }

  @Test("what has no loss is refused before anything is written", arguments: methods)
  func refused(method: String) throws {
    try withRun { run in
      for family in ["{family: rbm, hidden: 3}", "{family: judged}"] {
        let text = message {
          try run.train("bad", ["optimizer=\(method)", "model=\(family)"])
        }
        #expect(text.contains("optimizer.name is") && text.contains("has no such loss"), "\(text)")
        #expect(!FileManager.default.fileExists(atPath: run.folder + "/bad"))
      }
      let layers = "encoder: [3, {batch_norm: true}], decoder: [4], likelihood: gaussian"
      let text = message {
        try run.train("bad", ["optimizer=\(method)", "model={family: vae, latent: 1, \(layers)}"])
      }
      #expect(text.contains("stage vae running statistics (batch_norm) move"), "\(text)")
      #expect(!FileManager.default.fileExists(atPath: run.folder + "/bad"))
      #expect(
        message { try run.train("bad", ["optimizer=\(method)", "optimizer.learning_rate=0.1"]) }
          .contains("finds its steps by itself"))
    }
  }
}

extension ToyRun {
  /// Trains least squares.
  fileprivate func train(_ directory: String, _ settings: [String]) throws -> Training.ExitStatus {
    let configuration = """
      data: {train: {file: "\(folder)/data.h5"}, transform: none}
      model: {family: least-squares}
      training: {epochs: 60, global_batch: 6, shards: 3}
      evaluation: {pictures: false}
      """
    return try train(
      directory, configuration: configuration, settings,
      families: .standard.adding([LeastSquaresFamily.self, JudgedFamily.self]))
  }
}
