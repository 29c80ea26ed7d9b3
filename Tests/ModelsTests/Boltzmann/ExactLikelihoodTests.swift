import Foundation
import Objectives
import Tensors
import Testing

@testable import Models

/// log p(x) as an evaluation finds it, by free energy and partition function, against the definition.
@Suite("Exact likelihood of machines of every kind")
struct ExactLikelihoodTests {
  /// The exact mean log-likelihood of samples in the data's scale.
  static func logLikelihood(
    _ machine: RestrictedBoltzmannMachine, _ samples: Tensor, labels: [Int32] = []
  ) throws -> Double {
    let evaluator = RBMEvaluator(machine, options: .init(likelihood: .exact))
    evaluator.begin()
    let rows = samples.shape[0]
    let batch = Batch(shards: 0..<1, width: samples.shape[1]) { _ in rows }
    batch.shards[0].samples.assign(samples)
    for (row, label) in labels.enumerated() { batch.shards[0].labels[row] = label }
    var sums = [Double](repeating: 0, count: evaluator.width)
    evaluator.accumulate(batch.shards[0], split: .test, into: &sums)
    let values = try evaluator.conclude(
      test: EvaluationSums(sums: sums, count: rows), train: nil, across: SoloGather())
    return values.first { $0.name == "log_likelihood" }!.value
  }

  @Test("Bernoulli units", arguments: [(6, 4), (4, 7), (1, 1), (8, 7)])
  func bernoulli(visible: Int, hidden: Int) throws {
    let small = SmallMachine(visible: visible, hidden: hidden, seed: 3)
    let states = SmallMachine.states(visible)
    let samples = Tensor(
      shape: [states.count, visible], elements: states.flatMap { $0.map { Float($0) } })
    let expected = states.reduce(0) { $0 + small.logDensity($1) } / Double(states.count)
    #expect(abs(try Self.logLikelihood(small.machine, samples) - expected) < 1e-6)
  }

  @Test(
    "Gaussian visible units: a density in the data's scale",
    arguments: [NoiseDeviation.unit, .fixed(0.3), .fixed(2.5), .learned(initial: 1)])
  func gaussian(deviation: NoiseDeviation) throws {
    let small = SmallMachine(visible: 3, hidden: 5, .gaussian(deviation), seed: 4)
    let samples = Tensor(20, 3)
    RandomStream(seed: 8, purpose: .sampling).normal(item: 0, into: samples.buffer)
    let expected = (0..<20).reduce(0) { sum, row in
      sum + small.logDensity(samples.rows(row..<row + 1).elements.map(Double.init))
    }
    #expect(
      abs(try Self.logLikelihood(small.machine, samples) - expected / 20) < 1e-6 * abs(expected))
  }

  @Test("A density integrates to one", arguments: [NoiseDeviation.unit, .fixed(0.6)])
  func integral(deviation: NoiseDeviation) throws {
    let small = SmallMachine(visible: 1, hidden: 3, .gaussian(deviation), seed: 5)
    let step = 0.02
    let points = stride(from: -15.0, to: 15, by: step).map { Float($0) }
    var total = 0.0
    for point in points {
      let x = Tensor(shape: [1, 1], elements: [point])
      total += step * exp(try Self.logLikelihood(small.machine, x))
    }
    #expect(abs(total - 1) < 1e-4, "\(total)")
  }

  @Test("Sample and label together")
  func labelled() throws {
    let small = SmallMachine(visible: 7, hidden: 5, .labelled(classes: 3), seed: 6)
    let states = SmallMachine.states(7, classes: 3)
    let samples = Tensor(
      shape: [states.count, 4], elements: states.flatMap { $0[..<4].map { Float($0) } })
    let labels = states.map { Int32($0[4...].firstIndex(of: 1)! - 4) }
    let expected = states.reduce(0) { $0 + small.logDensity($1) } / Double(states.count)
    #expect(abs(try Self.logLikelihood(small.machine, samples, labels: labels) - expected) < 1e-6)
  }

  @Test("Gaussian hidden units are integrated out")
  func gaussianHidden() throws {
    let small = SmallMachine(
      visible: 6, hidden: 3, .bernoulli, .gaussian(.unit), seed: 7, deviation: 0.3)
    let states = SmallMachine.states(6)
    let weights = states.map { Self.integral(small.machine, $0) }
    let total = weights.reduce(0, +)
    for (state, weight) in zip(states, weights) {
      let x = Tensor(shape: [1, 6], elements: state.map { Float($0) })
      let found = try Self.logLikelihood(small.machine, x)
      #expect(abs(found - log(weight / total)) < 1e-6, "\(found), not \(log(weight / total))")
    }
  }

  /// ∫ exp(−E(x, h)) dh by sums over a grid, E = −cᵀx − Σ_j h_j (b_j + W_j·x) + ½ h_j².
  private static func integral(_ machine: RestrictedBoltzmannMachine, _ x: [Double]) -> Double {
    let (w, b) = (machine.weights.elements, machine.hiddenBias.elements)
    let own = zip(machine.visibleBias.elements, x).reduce(0) { $0 + Double($1.0) * $1.1 }
    return b.indices.reduce(exp(own)) { product, j in
      let field = x.indices.reduce(Double(b[j])) { $0 + Double(w[j * x.count + $1]) * x[$1] }
      let step = 0.01
      return product
        * stride(from: -20.0, to: 20, by: step).reduce(0) {
          $0 + step * exp(field * $1 - 0.5 * $1 * $1)
        }
    }
  }

  @Test("Fields whose exponentials are no numbers", arguments: [false, true])
  func large(labelled: Bool) throws {
    let kind: UnitKind = labelled ? .labelled(classes: 2) : .bernoulli
    let small = SmallMachine(visible: 5, hidden: 4, kind, seed: 8, deviation: 400)
    let states = SmallMachine.states(5, classes: kind.classes)
    for state in states.prefix(8) {
      let width = 5 - kind.classes
      let x = Tensor(shape: [1, width], elements: state[..<width].map { Float($0) })
      let labels = labelled ? [Int32(state[4])] : []
      let found = try Self.logLikelihood(small.machine, x, labels: labels)
      let expected = small.logDensity(state)
      #expect(abs(found - expected) < 1e-5 * max(1, abs(expected)), "\(found), not \(expected)")
    }
  }

  @Test("Weights that are no numbers are seen")
  func notANumber() throws {
    let machine = SmallMachine(visible: 8, hidden: 3, seed: 9).machine
    machine.weights.pointer[5] = .nan
    #expect(try PartitionFunction(machine).logarithm(across: SoloGather()).isNaN)
  }
}
