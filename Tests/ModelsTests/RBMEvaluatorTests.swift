import Foundation
import Models
import Objectives
import Tensors
import Testing

@Suite("Evaluation of an RBM")
struct RBMEvaluatorTests {
  /// All states of three units, evaluated one by one.
  private func sums(of values: [[Float]], split: EvaluationSplit = .test) -> [[Double]] {
    let machine = RestrictedBoltzmannMachine(visible: 3, hidden: 2)
    machine.parameters.flat.assign(Tensor(shape: [11], elements: EnumerationTests.Tiny.parameters))
    let evaluator = RBMEvaluator(machine, options: .init(pseudoLikelihood: .exact))
    evaluator.begin()
    return values.map { value in
      let batch = Batch(shards: 0..<1, width: 3) { _ in 1 }
      batch.shards[0].samples.assign(Tensor(shape: [1, 3], elements: value))
      var sums = [Double](repeating: 0, count: evaluator.width)
      evaluator.accumulate(batch.shards[0], split: split, into: &sums)
      return sums
    }
  }

  private let states = EnumerationTests.Tiny.states(3)

  @Test("the free energy is that of the enumerated joint distribution")
  func freeEnergy() {
    let energies = sums(of: states.map { $0.map { Float($0) } }).map { $0[1] }
    let total = energies.reduce(0) { $0 + exp(-$1) }
    for (x, energy) in zip(states, energies) {
      let expected = EnumerationTests.Tiny.modelDistribution(x)
      #expect(abs(exp(-energy) / total - expected) < 1e-6)
    }
  }

  @Test("the pseudo-likelihood is the sum of the enumerated conditionals")
  func pseudoLikelihood() {
    let found = sums(of: states.map { $0.map { Float($0) } }).map { $0[2] }
    for (x, found) in zip(states, found) {
      var expected = 0.0
      for i in 0..<3 {
        var other = x
        other[i] = 1 - x[i]
        let (p, q) = (
          EnumerationTests.Tiny.modelDistribution(x),
          EnumerationTests.Tiny.modelDistribution(other)
        )
        expected += log(p / (p + q))
      }
      #expect(abs(found - expected) < 1e-5)
    }
  }

  @Test("grey units count as mixtures of 0 and 1, not rounded")
  func grey() {
    typealias Tiny = EnumerationTests.Tiny
    let x: [Double] = [0.25, 0.5, 0.875]
    let found = sums(of: [x.map { Float($0) }])[0]
    func logMarginal(_ x: [Double]) -> Double {
      let field = (0..<3).reduce(0) { $0 + Double(Tiny.parameters[8 + $1]) * x[$1] }
      // softplus(a) = −log σ(−a) = −log(1 − σ(a)).
      return Tiny.hiddenMeans(x).reduce(field) { $0 - log(1 - $1) }
    }
    var expected = 0.0
    for i in 0..<3 {
      var (one, zero) = (x, x)
      (one[i], zero[i]) = (1, 0)
      let p = Tiny.sigmoid(logMarginal(one) - logMarginal(zero))
      expected += x[i] * log(p) + (1 - x[i]) * log(1 - p)
    }
    #expect(abs(found[2] - expected) < 1e-5)
    #expect(abs(found[1] + logMarginal(x)) < 1e-5)
    let means = Tiny.visibleMeans(Tiny.hiddenMeans(x))
    let error = zip(x, means).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    #expect(abs(found[0] - error) < 1e-5)
  }
}
