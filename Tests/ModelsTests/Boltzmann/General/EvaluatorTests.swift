import Foundation
import Models
import Objectives
import Tensors
import Testing

@Suite("Evaluation of a general Boltzmann machine")
struct BoltzmannEvaluatorTests {
  private func close(_ a: Double, _ b: Double, _ tolerance: Double = 1e-6) -> Bool {
    abs(a - b) < tolerance
  }

  /// Named values of one sample.
  private func values(_ machine: BoltzmannMachine, _ x: [Float]) -> [String: Double] {
    let evaluator = BoltzmannEvaluator(
      machine, inference: .meanField(damping: 0.5), sweeps: 60, seed: 1)
    evaluator.begin()
    let batch = Batch(shards: 0..<1, width: machine.visible) { _ in 1 }
    batch.shards[0].samples.assign(Tensor(shape: [1, x.count], elements: x))
    var sums = [Double](repeating: 0, count: evaluator.width)
    evaluator.accumulate(batch.shards[0], split: .test, into: &sums)
    let results = evaluator.results(test: EvaluationSums(sums: sums, count: 1), train: nil)
    #expect(results.contains { $0.name == evaluator.criterion?.name })
    return Dictionary(uniqueKeysWithValues: results.map { ($0.name, $0.value) })
  }

  @Test("log Z and log p are those of enumeration by the definition", arguments: [0, 1, 3])
  func likelihood(hidden: Int) {
    let machine = BoltzmannMachine.random(visible: 5, hidden: hidden)
    let exact = ExactMachine(machine)
    let enumeration = BoltzmannEnumeration(machine)
    let total = ExactMachine.states(machine.units).reduce(0) { $0 + exp(-exact.energy($1)) }
    #expect(close(enumeration.logPartition, log(total), 1e-10))
    for (place, x) in ExactMachine.states(5).enumerated() {
      #expect(close(enumeration.logProbabilities[place], exact.logLikelihood(x), 1e-10))
      let found = values(machine, x.map { Float($0) })
      #expect(close(found["log_likelihood"]!, exact.logLikelihood(x), 1e-10))
      #expect(close(found["log_partition"]!, log(total), 1e-10))
    }
  }

  @Test("a grey sample has the mean over the binary samples drawn from it", arguments: [0, 2])
  func grey(hidden: Int) {
    let machine = BoltzmannMachine.random(visible: 3, hidden: hidden)
    let exact = ExactMachine(machine)
    let x: [Float] = [0.25, 1, 0.875]
    let expected = ExactMachine.states(3).reduce(0) { sum, state in
      let share = zip(state, x).reduce(1) { $0 * ($1.0 == 1 ? Double($1.1) : 1 - Double($1.1)) }
      return sum + share * exact.logLikelihood(state)
    }
    #expect(close(BoltzmannEnumeration(machine).logLikelihood(x), expected, 1e-10))
  }

  @Test("many samples all grey take no time where no unit is hidden")
  func manyGrey() {
    let enumeration = BoltzmannEnumeration(.random(visible: 20, hidden: 0))
    let x = (0..<20).map { 0.01 + 0.045 * Float($0) }
    let start = ContinuousClock.now
    for _ in 0..<1000 { #expect(enumeration.logLikelihood(x) < 0) }
    // A million terms a sample would take a minute.
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  @Test("the pseudo-likelihood without hidden units is the sum of enumerated conditionals")
  func pseudoLikelihood() {
    let machine = BoltzmannMachine.random(visible: 5, hidden: 0)
    let exact = ExactMachine(machine)
    for x in ExactMachine.states(5) {
      var (expected, error) = (0.0, 0.0)
      for i in 0..<5 {
        var other = x
        other[i] = 1 - x[i]
        let p = 1 / (1 + exp(exact.energy(x) - exact.energy(other)))
        expected += log(p)
        error += (1 - p) * (1 - p)
      }
      let found = values(machine, x.map { Float($0) })
      #expect(close(found["pseudo_log_likelihood"]!, expected))
      #expect(close(found["reconstruction_error"]!, error))
    }
  }

  @Test("a machine of weak couplings has mean-field codes near the enumerated means")
  func codes() {
    let machine = BoltzmannMachine.random(visible: 4, hidden: 3, deviation: 0.1)
    let exact = ExactMachine(machine)
    let views = BoltzmannViews(machine, seed: 1, steps: 40, damping: 0.5)
    for x in ExactMachine.states(4) {
      let codes = views.codes(Tensor(shape: [1, 4], elements: x.map { Float($0) })).elements
      let states = ExactMachine.states(3)
      let factors = states.map { exp(-exact.energy(x + $0)) }
      for unit in 0..<3 {
        let mean =
          zip(states, factors).reduce(0) { $0 + $1.0[unit] * $1.1 } / factors.reduce(0, +)
        #expect(close(Double(codes[unit]), mean, 3e-3))
      }
    }
  }

  @Test("without hidden connections mean field is exact in one step")
  func semiRestricted() {
    let machine = BoltzmannMachine.random(visible: 4, hidden: 3, connections: .semiRestricted)
    let exact = ExactMachine(machine)
    let views = BoltzmannViews(machine, seed: 1, steps: 1, damping: 0.5)
    let x: [Double] = [1, 0, 1, 1]
    let codes = views.codes(Tensor(shape: [1, 4], elements: x.map { Float($0) })).elements
    for unit in 0..<3 {
      let field = x.enumerated().reduce(exact.biases[4 + unit]) {
        $0 + 2 * exact.weights[4 + unit][$1.offset] * $1.element
      }
      #expect(close(Double(codes[unit]), 1 / (1 + exp(-field))))
    }
  }

  @Test("couplings of ±1000 give finite values, exact at most 20 units and without more")
  func extremes() {
    let small = BoltzmannMachine.random(visible: 17, hidden: 3, deviation: 1000)
    let x = (0..<18).map { Float($0 % 2) }
    let found = values(small, Array(x.prefix(17)))
    #expect(found["log_likelihood"] != nil && !found.values.contains { !$0.isFinite })
    let large = values(.random(visible: 18, hidden: 3, deviation: 1000), x)
    #expect(large["log_likelihood"] == nil && !large.values.contains { !$0.isFinite })
  }
}
