@testable import DataParallel
import Foundation
import Models
import Objectives
import Optimizers
import Tensors
import TestSupport
import Testing

/// What `Fixtures/rbm_reference.py` writes.
private struct Reference: Decodable {
  struct Case: Decodable {
    let name: String
    let gibbsSteps: Double
    let chains: Int
    let positiveHidden: String
    let negativeHidden: String
    let negativeVisible: String
    let updates: [Update]
  }

  struct Update: Decodable {
    let step: Int
    let epoch: Int
    let ids: [Int]
    let parameters: [Double]
    let reconstructionError: Double?
    let chains: [Float]?
  }

  let samples: Int
  let visible: Int
  let hidden: Int
  let seed: UInt64
  let learningRate: Double
  let momentum: [Double]
  let weightDecay: Double
  let deviation: Float
  let data: [Float]
  let initial: [Float]
  let cases: [Case]

  static func stored() throws -> Reference { try fixture("Fixtures/rbm_reference.json") }
}

@Suite("Contrastive divergence against NumPy")
struct ReferenceTests {
  @Test("six updates follow the stored reference", arguments: 0..<5, [1, 2, 5])
  func updates(number: Int, shards: Int) throws {
    let reference = try Reference.stored()
    let stored = reference.cases[number]
    let layout = ShardLayout(shards: shards)
    let rank = Rank(
      visible: reference.visible, hidden: reference.hidden, parameters: reference.initial,
      options: options(stored),
      optimizer: .init(
        learningRate: .constant(reference.learningRate), momentum: .list(reference.momentum),
        weightDecay: .constant(reference.weightDecay)),
      seed: reference.seed, layout: layout, batchSize: 10)
    let reducer = SoloReducer(rank.accumulator, layout: layout)
    #expect(stored.updates.map(\.ids.count) == [10, 10, 3, 10, 10, 3])
    for update in stored.updates {
      reducer.begin()
      rank.accumulate(step: update.step, epoch: update.epoch, ids: update.ids, merges: false) {
        reference.data[$0 * reference.visible..<($0 + 1) * reference.visible]
      }
      try reducer.finish { range, sums in
        rank.optimizer.update(range, gradient: sums, count: rank.batch.globalCount)
      }
      let found = rank.machine.parameters.flat.elements
      let worst = zip(found, update.parameters).map { abs(Double($0) - $1) }.max()!
      #expect(worst <= 1e-5, "\(stored.name), step \(update.step)")
      expectMetric(rank.accumulator, update)
      if let chains = update.chains {
        #expect(rank.objective.state[0].values.elements == chains)
      } else {
        #expect(rank.objective.state.isEmpty)
      }
    }
  }

  @Test("initial weights are the reference's normal numbers")
  func initialization() throws {
    let reference = try Reference.stored()
    let machine = RestrictedBoltzmannMachine(visible: reference.visible, hidden: reference.hidden)
    machine.parameters.flat.fill(1)
    machine.initialize(seed: reference.seed, deviation: reference.deviation)
    let weights = machine.parameters["weights"].elements
    for (found, expected) in zip(weights, reference.initial) {
      #expect(abs(found - expected) <= 1e-6)
    }
    let biases = machine.parameters.flat.elements[weights.count...]
    #expect(biases.allSatisfy { $0 == 0 })
  }

  @Test("the stored reference is what its script writes")
  func script() throws {
    guard Python.isReady() else { return }
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/rbm_reference.py").path
    let result = try Python.run([script])
    try #require(result.status == 0, "\(result.errors)")
    let (made, stored) = (
      try JSONDecoder().decode(Reference.self, from: Data(result.output.utf8)),
      try Reference.stored()
    )
    #expect(made.seed == stored.seed && made.data == stored.data)
    #expect(zip(made.initial, stored.initial).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(made.cases.map(\.name) == stored.cases.map(\.name))
    for (a, b) in zip(made.cases, stored.cases) {
      #expect(a.updates.count == b.updates.count)
      for (x, y) in zip(a.updates, b.updates) {
        #expect(x.ids == y.ids && x.chains == y.chains)
        #expect(x.parameters.count == y.parameters.count)
        // Another NumPy may round sums and exponentials in another way.
        #expect(zip(x.parameters, y.parameters).allSatisfy { abs($0 - $1) < 1e-8 })
      }
    }
  }

  private func options(_ stored: Reference.Case) -> ContrastiveDivergenceOptions {
    ContrastiveDivergenceOptions(
      negativePhase: stored.chains == 0
        ? .contrastiveDivergence : .persistent(chains: stored.chains),
      gibbsSteps: .constant(stored.gibbsSteps),
      positiveHidden: UnitValues(rawValue: stored.positiveHidden)!,
      negativeHidden: UnitValues(rawValue: stored.negativeHidden)!,
      negativeVisible: UnitValues(rawValue: stored.negativeVisible)!)
  }

  /// CD reports the error of its reconstructions in every step, PCD in every sixteenth.
  private func expectMetric(_ accumulator: Accumulator, _ update: Reference.Update) {
    let sums = accumulator.metricSums
    let count = stride(from: 1, to: sums.count, by: 2).reduce(0) { $0 + sums[$1] }
    let error = stride(from: 0, to: sums.count, by: 2).reduce(0) { $0 + sums[$1] }
    if let expected = update.reconstructionError {
      #expect(count == Double(update.ids.count))
      #expect(abs(error - expected) < 1e-5 * expected)
    } else {
      #expect(count == (update.step == 0 ? 10 : 0))
    }
    accumulator.resetMetrics()
  }
}
