import Foundation
import Models
import Objectives
import Tensors
import Testing

@Suite("Learning of a general Boltzmann machine")
struct BoltzmannLearningTests {
  /// Six units in two triples, each all on or all off or with one unit changed: parity within a triple
  /// needs more than pairs.
  private static let distribution: [Double] = {
    let weights = ExactMachine.states(6).map { x -> Double in
      let ones = [Int(x[0] + x[1] + x[2]), Int(x[3] + x[4] + x[5])]
      return (ones[0] % 3 == 0 ? 8 : 1) * (ones[1] % 2 == 0 ? 6 : 1) * (x[0] == x[5] ? 3 : 1)
    }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }()

  /// About 300 samples in just these shares.
  private static let samples: [[Float]] = zip(ExactMachine.states(6), distribution).flatMap {
    state, share in
    Array(repeating: state.map { Float($0) }, count: Int((share * 300).rounded()))
  }

  /// KL(data ‖ machine) in nats, by the test's own enumeration.
  private func divergence(_ machine: BoltzmannMachine) -> Double {
    let exact = ExactMachine(machine)
    var counts: [[Float]: Double] = [:]
    for sample in Self.samples { counts[sample, default: 0] += 1 / Double(Self.samples.count) }
    return counts.reduce(0) { sum, entry in
      sum + entry.value * (log(entry.value) - exact.logLikelihood(entry.key.map { Double($0) }))
    }
  }

  private func learn(_ machine: BoltzmannMachine, _ options: BoltzmannOptions) {
    let steps = BoltzmannSteps(machine, options, seed: 4, capacity: Self.samples.count)
    let parameters = machine.parameters.flat
    for step in 0..<2000 {
      steps.accumulate(Self.samples, step: step)
      let rate = 0.4 * (1 - Double(step) / 2000)
      for (place, slope) in steps.gradient.enumerated() {
        parameters.pointer[place] -= Float(rate * slope)
      }
    }
  }

  @Test(
    "hidden units learn a distribution that pairs cannot",
    arguments: [HiddenInference.gibbs, .meanField(damping: 0.5)])
  func known(inference: HiddenInference) {
    let machine = BoltzmannMachine(visible: 6, hidden: 4)
    machine.initialize(seed: 2, deviation: 0.3)
    let before = divergence(machine)
    learn(
      machine,
      BoltzmannOptions(
        chains: 300, gibbsSteps: .constant(3), inference: inference, clampedSteps: .constant(10)))
    let after = divergence(machine)
    let bound = inference == .gibbs ? 0.03 : 0.06
    #expect(before > 0.4 && after < bound, "KL \(before) → \(after)")
    let pairs = BoltzmannMachine(visible: 6, hidden: 0)
    learn(pairs, BoltzmannOptions(chains: 300, gibbsSteps: .constant(3)))
    #expect(divergence(pairs) > 3 * after, "KL of pairs alone \(divergence(pairs))")
  }

  /// Data of a machine without hidden units is learned back.
  @Test("pairs learn the distribution of a machine of pairs")
  func pairs() {
    let teacher = BoltzmannMachine.random(visible: 6, hidden: 0, deviation: 0.5)
    let distribution = ExactMachine(teacher).distribution()
    let samples = zip(ExactMachine.states(6), distribution).flatMap { state, share in
      Array(repeating: state.map { Float($0) }, count: Int((share * 600).rounded()))
    }
    let machine = BoltzmannMachine(visible: 6, hidden: 0)
    let steps = BoltzmannSteps(
      machine, BoltzmannOptions(chains: 500, gibbsSteps: .constant(3)), capacity: samples.count)
    for step in 0..<500 {
      steps.accumulate(samples, step: step)
      let rate = 0.4 * (1 - Double(step) / 500)
      for (place, slope) in steps.gradient.enumerated() {
        machine.parameters.flat.pointer[place] -= Float(rate * slope)
      }
    }
    let learned = ExactMachine(machine).distribution()
    let distance = zip(distribution, learned).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
    #expect(distance < 0.03, "total variation \(distance)")
  }

  @Test(
    "sums and chains have the same bits on any number of ranks, with empty shards too",
    arguments: [
      BoltzmannOptions(chains: 3), BoltzmannOptions(chains: 40, gibbsSteps: .constant(2)),
      BoltzmannOptions(chains: 11, inference: .meanField(damping: 0.5), freeStatistics: .samples),
    ])
  func anyNumberOfRanks(options: BoltzmannOptions) {
    let shards = 5
    func run(_ ranks: Int) -> [UInt32] {
      let machine = BoltzmannMachine.random(visible: 6, hidden: 7)
      let all = (0..<ranks).map {
        BoltzmannSteps(machine, options, shards: shards, ranks: ranks, rank: $0, capacity: 32)
      }
      let additions = ReductionTree(shards: shards).additions(joining: all.flatMap(\.nodes))
      var bits: [UInt32] = []
      for (step, rows) in [32, 9, 3].enumerated() {
        for rank in all {
          rank.accumulate((0..<rows).map { Self.samples[$0 * 17 % Self.samples.count] }, step: step)
        }
        let roots = all.flatMap(\.roots)
        for (into, from) in additions { roots[into].add(roots[from]) }
        bits += roots[0].elements.map(\.bitPattern)
      }
      let chains = all.flatMap { $0.objective.state[0].values.elements }
      #expect(chains.count == options.chains * 13)
      return bits + chains.map(\.bitPattern)
    }
    let alone = run(1)
    for ranks in 2...shards { #expect(run(ranks) == alone, "\(ranks) ranks") }
  }

  @Test("couplings of ±1000 give finite sums")
  func extremes() {
    let machine = BoltzmannMachine.random(visible: 6, hidden: 3, deviation: 1000)
    for inference in [HiddenInference.gibbs, .meanField(damping: 0.5)] {
      let steps = BoltzmannSteps(machine, BoltzmannOptions(inference: inference), capacity: 100)
      steps.accumulate(Array(Self.samples.prefix(100)), step: 0)
      #expect(!steps.gradient.contains { !$0.isFinite })
    }
  }
}
