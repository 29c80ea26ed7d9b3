import Foundation
import Tensors
import Testing

@testable import Models

/// log Z by enumeration and by annealing, against sums over all states of both layers.
@Suite("Likelihood of an RBM")
struct LikelihoodTests {
  static func machine(
    visible: Int, hidden: Int, seed: UInt64, deviation: Float = 0.7
  ) -> RestrictedBoltzmannMachine {
    let machine = RestrictedBoltzmannMachine(visible: visible, hidden: hidden)
    machine.initialize(seed: seed, deviation: deviation)
    let stream = RandomStream(seed: seed, purpose: .chainStart)
    stream.normal(item: 0, into: machine.parameters["hidden_bias"].buffer)
    stream.normal(item: 1, into: machine.parameters["visible_bias"].buffer)
    return machine
  }

  /// log Σ over x and h of exp(−E).
  static func bruteForce(_ machine: RestrictedBoltzmannMachine) -> Double {
    let w = machine.weights.elements.map(Double.init)
    let b = machine.hiddenBias.elements.map(Double.init)
    let c = machine.visibleBias.elements.map(Double.init)
    var terms: [Double] = []
    for x in 0..<1 << machine.visible {
      for h in 0..<1 << machine.hidden {
        var energy = 0.0
        for i in 0..<machine.visible where x >> i & 1 == 1 { energy -= c[i] }
        for j in 0..<machine.hidden where h >> j & 1 == 1 {
          energy -= b[j]
          for i in 0..<machine.visible where x >> i & 1 == 1 {
            energy -= w[j * machine.visible + i]
          }
        }
        terms.append(-energy)
      }
    }
    return logSumExp(terms)
  }

  @Test(
    "Enumeration of the smaller layer is the sum over all states",
    arguments: [(6, 4), (4, 6), (3, 1), (9, 3)])
  func enumeration(visible: Int, hidden: Int) throws {
    let machine = Self.machine(visible: visible, hidden: hidden, seed: 3)
    let exact = Self.bruteForce(machine)
    let found = try PartitionFunction(machine).logarithm(across: SoloGather())
    #expect(abs(found - exact) < 1e-6)
  }

  @Test("More units than a block's low bits")
  func blocks() throws {
    // The layers' sums do not meet: without weights both factorise.
    let machine = Self.machine(visible: 20, hidden: 13, seed: 5, deviation: 0)
    let softplus = { (x: Float) in log(1 + exp(Double(x))) }
    let exact =
      machine.hiddenBias.elements.map(softplus).reduce(0, +)
      + machine.visibleBias.elements.map(softplus).reduce(0, +)
    let found = try PartitionFunction(machine).logarithm(across: SoloGather())
    #expect(abs(found - exact) < 1e-6)
    let wide = Self.machine(visible: 12, hidden: 14, seed: 6)
    let transposed = RestrictedBoltzmannMachine(visible: 14, hidden: 12)
    transpose(wide.weights, into: transposed.weights)
    transposed.hiddenBias.assign(wide.visibleBias)
    transposed.visibleBias.assign(wide.hiddenBias)
    let (one, other) = (
      try PartitionFunction(wide).logarithm(across: SoloGather()),
      try PartitionFunction(transposed).logarithm(across: SoloGather())
    )
    #expect(abs(one - other) < 1e-6)
  }

  @Test("Annealing comes within three standard errors", arguments: 0..<10)
  func annealing(number: Int) throws {
    let machine = Self.machine(visible: 15, hidden: 8, seed: UInt64(100 + number))
    let exact = try PartitionFunction(machine).logarithm(across: SoloGather())
    let annealing = AnnealedImportanceSampling(
      machine, base: Tensor(15), temperatures: AnnealedImportanceSampling.uniform(300), seed: 1)
    let up = PartitionEstimate(
      logWeights: try annealing.logWeights(.upwards, runs: 150, across: SoloGather()), .upwards,
      baseLogarithm: annealing.baseLogarithm)
    #expect(abs(up.logarithm - exact) < 3 * up.standardError)
    #expect(up.standardError < 0.2)
    let down = PartitionEstimate(
      logWeights: try annealing.logWeights(
        .downwards, runs: 150, start: { exactSamples(machine, $0) }, across: SoloGather()),
      .downwards, baseLogarithm: annealing.baseLogarithm)
    #expect(abs(down.logarithm - exact) < 3 * down.standardError)
  }

  /// Samples drawn from p(x) by enumeration.
  private func exactSamples(_ machine: RestrictedBoltzmannMachine, _ runs: Range<Int>) -> Tensor {
    let visible = machine.visible
    let w = machine.weights.elements.map(Double.init)
    var cumulative: [Double] = []
    var total = 0.0
    for x in 0..<1 << visible {
      var logP = 0.0
      for i in 0..<visible where x >> i & 1 == 1 { logP += Double(machine.visibleBias.pointer[i]) }
      for j in 0..<machine.hidden {
        var field = Double(machine.hiddenBias.pointer[j])
        for i in 0..<visible where x >> i & 1 == 1 { field += w[j * visible + i] }
        logP += log1p(exp(-abs(field))) + max(field, 0)
      }
      total += exp(logP)
      cumulative.append(total)
    }
    let samples = Tensor(runs.count, visible)
    let stream = RandomStream(seed: 9, purpose: .sampling)
    for (row, run) in runs.enumerated() {
      let draw = Tensor(1)
      stream.uniform(item: run, into: draw.buffer)
      let x = cumulative.firstIndex { $0 > Double(draw.pointer[0]) * total } ?? cumulative.count - 1
      for i in 0..<visible { samples.pointer[row * visible + i] = Float(x >> i & 1) }
    }
    return samples
  }
}
