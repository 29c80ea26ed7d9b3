import DataParallel
import Datasets
import Foundation
import MessagePassing
import Objectives
import Optimizers
import Tensors
import Reporting
import Testing

@testable import Training

/// New models need no change of the trainer: phases inside a step, and stages one after the other.
@Suite("Phases and stages") struct SeamTests {
  fileprivate static let toys = FamilyRegistry([TwoPhaseFamily.self, TwoStageFamily.self])
  private static let rows: [[Float]] = (0..<23).map { row in
    (0..<4).map { Float((row * 7 + $0 * 5) % 16) / 16 }
  }

  private func withRun(_ body: (ToyRun) throws -> Void) throws {
    try ToyRun.with(train: Self.rows, body)
  }

  /// The same updates as `TwoPhases`, plainly, from the samples of every step.
  private func reference(_ run: ToyRun) throws -> [String: [Float]] {
    let read = try RunConfiguration(
      text: String(contentsOfFile: run.folder + "/toy.yaml", encoding: .utf8), file: "",
      families: Self.toys)
    let layout = ShardLayout(shards: 3)
    let data = try DataPipeline(
      read, layout: layout, communicator: .solo(), across: RankSum(.solo(), layout: layout),
      stored: nil)
    let loader = try data.trainingLoader()
    var (slow, fast, seen) = ([Float](repeating: 0, count: 4), [Float](repeating: 0, count: 2), 0)
    var (slowSpeed, fastSpeed) = (slow, fast)
    func move(
      _ values: inout [Float], _ speed: inout [Float], _ rate: Float, _ sums: [Float], _ n: Int
    ) {
      for i in values.indices {
        speed[i] = 0.5 * speed[i] - rate * sums[i] / Float(n)
        values[i] += speed[i]
      }
    }
    for (epoch, rate) in [Float(0.3), 0.2].enumerated() {
      loader.begin(epoch: epoch)
      for step in 0..<loader.plan.stepsPerEpoch {
        try loader.load(stepInEpoch: step, step: step)
        let batch = loader.batch.shards.flatMap { shard in
          (0..<shard.rows).map { shard.samples.rows($0..<$0 + 1).elements }
        }
        func sums(_ values: [Float], _ shift: Float) -> [Float] {
          values.indices.map { i in batch.reduce(Float(0)) { $0 + values[i] - $1[i] - shift } }
        }
        move(&fast, &fastSpeed, rate, sums(fast, 0), batch.count)
        move(&slow, &slowSpeed, rate, sums(slow, fast[0]), batch.count)
        seen += batch.count
      }
    }
    return ["slow": slow, "fast": fast, "seen": [Float(seen)]]
  }

  @Test func phasesSumWhatTheyName() throws {
    try withRun { run in
      #expect(try run.train("two-phases", "whole") == .done)
      let whole = try run.newest("whole")
      for (name, expected) in try reference(run) {
        let found = try #require(whole["/parameters/\(name)"]).values
        for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-5, "\(name)") }
      }
      let metrics = try run.metrics("whole")
      #expect(metrics.allSatisfy { $0["distance"] != nil && $0["rows"] != nil })
      // Stopped in the middle of an epoch and taken up again: the same bits.
      #expect(try run.train("two-phases", "parts", "training.steps=3") == .done)
      #expect(try run.newest("parts").position == .init(stepInEpoch: 3, step: 3))
      #expect(try run.train("two-phases", "parts") == .done)
      #expect(try run.newest("parts").digest == whole.digest)
    }
  }

  @Test func stagesFollowEachOther() throws {
    try withRun { run in
      #expect(try run.train("two-stages", "whole") == .done)
      let whole = try run.newest("whole")
      let mean = try #require(whole["/parameters/first/mean"]).values
      let variance = try #require(whole["/parameters/second/mean"]).values
      #expect(
        mean.allSatisfy { abs($0 - 0.45) < 0.2 } && variance.allSatisfy { $0 > 0.02 && $0 < 0.3 })
      // The state is that of the stage under way.
      #expect(whole["/state/first/visits"] == nil)
      #expect(whole["/state/second/visits"]?.values == [Float](repeating: 8, count: 10))
      #expect(whole.position == .init(stage: 1, epoch: 2, stepInEpoch: 0, step: 16))
      let stages = try run.metrics("whole").map(\.stage)
      #expect(Set(stages) == ["first", "second"] && stages.last == "second")
    }
  }

  /// Steps of the first stage, its last one, the first of the second, and one in its middle.
  @Test("a curriculum goes on wherever it was stopped", arguments: [3, 8, 9, 13])
  func resumes(steps: Int) throws {
    try withRun { run in
      #expect(try run.train("two-stages", "whole") == .done)
      let whole = try run.newest("whole")
      #expect(try run.train("two-stages", "parts", "training.steps=\(steps)") == .done)
      let stopped = try run.newest("parts").position
      #expect(stopped.step == steps && stopped.stage == (steps > 8 ? 1 : 0), "\(stopped)")
      #expect(try run.train("two-stages", "parts") == .done)
      let parts = try run.newest("parts")
      #expect(parts.digest == whole.digest)
      #expect(parts.arrays == whole.arrays)
      #expect(parts.position == whole.position)
      #expect(try run.metrics("parts") == run.metrics("whole"))
    }
  }

  @Test func familiesAreToldApart() throws {
    try withRun { run in
      _ = try run.train("two-stages", "run", "training.steps=2")
      let text = message { try run.train("two-phases", "run") }
      #expect(text.contains("of family two-stages, the configuration's is two-phases"), "\(text)")
      #expect(
        message { try run.train("two-stage", "other") }.contains(
          "one of two-phases, two-stages; did you mean 'two-stages'?"))
      #expect(!FileManager.default.fileExists(atPath: run.folder + "/other"))
    }
  }

  @Test func piecesOfAPhaseGoToTheirParameters() {
    let phase = Phase(
      name: "p", sums: SliceLayout([("c", [2]), ("other", [1]), ("a", [3]), ("b", [1])]))
    let parameters = ParameterSet(SliceLayout([("a", [3]), ("b", [1]), ("c", [2])]))
    final class Recorder: Optimizer {
      var calls: [(Range<Int>, [Float])] = []
      let state: [(name: String, values: Tensor)] = []
      let slices: [SliceLayout.Slice] = []
      func begin(_ moment: TrainingMoment) {}
      func update(_ range: Range<Int>, gradient: UnsafePointer<Float>, count: Int) {
        calls.append((range, range.indices.map { gradient[$0 - range.lowerBound] }))
      }
    }
    let sums = PhaseSums(phase, parameters: parameters)
    let recorder = Recorder()
    let values: [Float] = [0, 1, 2, 3, 4, 5, 6]
    for bucket in [0..<1, 1..<5, 5..<7] {
      values.withUnsafeBufferPointer {
        sums.take(bucket, $0.baseAddress! + bucket.lowerBound, count: 1, optimizer: recorder)
      }
    }
    var seen = [Float](repeating: -1, count: 6)
    for (range, gradients) in recorder.calls {
      for (place, gradient) in zip(range, gradients) { seen[place] = gradient }
    }
    #expect(seen == [3, 4, 5, 6, 0, 1])
    #expect(recorder.calls.count == 4, "neighbours go together")

    // Held back, all come at once, after the whole has been measured.
    final class Measuring: Optimizer {
      var calls: [(Range<Int>, [Float])] = []
      var measured: [[Float]] = []
      let needsWholeGradient = true
      let state: [(name: String, values: Tensor)] = []
      let slices: [SliceLayout.Slice] = []
      func begin(_ moment: TrainingMoment) {}
      func measure(_ gradient: [UnsafeBufferPointer<Float>], count: Int) {
        measured = gradient.map(Array.init)
      }
      func update(_ range: Range<Int>, gradient: UnsafePointer<Float>, count: Int) {
        #expect(!measured.isEmpty)
        calls.append((range, range.indices.map { gradient[$0 - range.lowerBound] }))
      }
    }
    let gradients = Phase(name: "p", sums: SliceLayout([("c", [2]), ("a", [3]), ("b", [1])]))
    let held = PhaseSums(gradients, parameters: parameters, holdsBack: true)
    let measuring = Measuring()
    for bucket in [0..<1, 1..<5, 5..<6] {
      values.withUnsafeBufferPointer {
        held.take(bucket, $0.baseAddress! + bucket.lowerBound, count: 1, optimizer: measuring)
      }
    }
    #expect(measuring.calls.isEmpty)
    let objective = TwoPhases(width: 1)
    held.finish(objective, phase: 1, count: 1, optimizer: measuring)
    #expect(measuring.measured == [[0, 1], [2, 3, 4, 5]])
    #expect(measuring.calls.map(\.0) == [4..<6, 0..<4])
    #expect(measuring.calls.map(\.1) == [[0, 1], [2, 3, 4, 5]])
  }
}

extension ToyRun {
  /// Trains a family of two phases or two stages.
  fileprivate func train(_ family: String, _ directory: String, _ settings: String...) throws
    -> Training.ExitStatus
  {
    let configuration = """
      data: {train: {file: "\(folder)/data.h5"}}
      model: {family: \(family)}
      training: {epochs: 2, global_batch: 6, shards: 3, log_every_steps: 2}
      optimizer: {learning_rate: [0.3, 0.2], momentum: 0.5}
      """
    return try train(
      directory, configuration: configuration, settings, families: SeamTests.toys)
  }
}
