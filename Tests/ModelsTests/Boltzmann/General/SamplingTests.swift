import CKernels
import Foundation
import Tensors
import Testing

@testable import Models

@Suite("Gibbs sampling of a general Boltzmann machine")
struct BoltzmannSamplingTests {
  private let machine = BoltzmannMachine.random(visible: 4, hidden: 2, deviation: 0.5)

  /// 2W and c as the machine makes them.
  private func couplings() -> (matrix: [Float], bias: [Float]) {
    let couplings = BoltzmannCouplings(machine)
    return (couplings.all.elements, couplings.bias.elements)
  }

  private func field(_ x: ArraySlice<Float>) -> [Float] {
    let (matrix, bias) = couplings()
    return bias.enumerated().map { i, bias in
      x.enumerated().reduce(bias) { $0 + matrix[i * x.count + $1.offset] * $1.element }
    }
  }

  @Test("a unit's conditional is σ(2Wx + c), as the enumerated energies say")
  func conditional() {
    let exact = ExactMachine(machine)
    for state in ExactMachine.states(6) {
      let x = Tensor(shape: [1, 6], elements: state.map { Float($0) })
      let driven = Tensor(1, 6)
      BoltzmannCouplings(machine).drive(x, into: driven)
      let field = driven.elements
      for unit in 0..<6 {
        var (on, off) = (state, state)
        (on[unit], off[unit]) = (1, 0)
        let expected = 1 / (1 + exp(exact.energy(on) - exact.energy(off)))
        #expect(abs(1 / (1 + exp(-Double(field[unit]))) - expected) < 1e-6)
      }
    }
  }

  @Test(
    "a sweep draws unit after unit, given the new values of those before", arguments: [1, 17, 70])
  func sweep(chains: Int) {
    let units = 6
    let (matrix, _) = couplings()
    let stream = RandomStream(seed: 3, purpose: .gibbs, step: 4, round: 2)
    let items = (0..<chains).map { UInt32($0 * 3 + 5) }
    var states = (0..<chains * units).map { Float($0 * 7 % 5 % 2) }
    var fields = (0..<chains).flatMap { field(states[$0 * units..<($0 + 1) * units]) }
    let start = states
    sdt_gibbs_sweep(&states, &fields, matrix, chains, units, stream.kernel, items)
    for chain in 0..<chains {
      let range = chain * units..<(chain + 1) * units
      var expected = Array(start[range])
      var draws = [Float](repeating: 0, count: units)
      draws.withUnsafeMutableBufferPointer { stream.uniform(item: Int(items[chain]), into: $0) }
      for unit in 0..<units {
        let mean = 1 / (1 + exp(-field(expected[...])[unit]))
        // No draw here is so near that rounding would decide.
        #expect(abs(draws[unit] - mean) > 1e-6)
        expected[unit] = draws[unit] < mean ? 1 : 0
      }
      #expect(Array(states[range]) == expected)
      for (found, expected) in zip(fields[range], field(expected[...])) {
        #expect(abs(found - expected) < 1e-5)
      }
    }
    #expect(states != start)
  }

  @Test("a chain's bits do not depend on the chains beside it")
  func neighbours() {
    let units = 130
    let big = BoltzmannMachine.random(visible: units, hidden: 0, deviation: 0.2)
    let matrix = BoltzmannCouplings(big).all.elements
    func run(_ chains: [UInt32]) -> [[UInt32]] {
      var states = [Float](repeating: 0, count: chains.count * units)
      var fields = [Float](repeating: 0.1, count: chains.count * units)
      for round in 0..<3 {
        let stream = RandomStream(seed: 1, purpose: .gibbs, step: 0, round: round)
        sdt_gibbs_sweep(&states, &fields, matrix, chains.count, units, stream.kernel, chains)
      }
      return chains.indices.map { chain in
        let range = chain * units..<(chain + 1) * units
        return (states[range] + fields[range]).map(\.bitPattern)
      }
    }
    let together = run(Array(0..<40))
    for chain in [0, 15, 16, 39] { #expect(run([UInt32(chain)])[0] == together[chain]) }
  }

  /// 20,000 independent chains in 64 states, from all units off. Under the right distribution χ² has 63 degrees
  /// of freedom: above 120 once in 20,000 tries.
  @Test("many sweeps end in the enumerated distribution")
  func stationary() {
    let chains = 20_000
    let sampler = BoltzmannMachineChains(machine, chains: chains)
    let expected = ExactMachine(machine).distribution()
    let right = sampler.chiSquare(expected, sweeps: 40)
    #expect(right < 120, "χ² \(right)")
    // What half the couplings would give is told from it.
    var half = ExactMachine(machine)
    half.weights = half.weights.map { $0.map { $0 / 2 } }
    #expect(sampler.chiSquare(half.distribution(), sweeps: 0) > 400)
  }

  @Test("the sampler's visible states have the machine's marginal, from data too")
  func sampler() {
    let chains = 20_000
    let exact = ExactMachine(machine)
    let marginal = ExactMachine.states(4).map { exp(exact.logLikelihood($0)) }
    for fromData in [false, true] {
      let sampler = BoltzmannSampler(machine, chains: 0..<chains, seed: 9)
      if fromData {
        let ones = Tensor(chains, 4)
        ones.fill(1)
        sampler.start(at: ones)
      }
      let means = sampler.run(steps: 0..<40)
      #expect(means.elements.allSatisfy { $0 > 0 && $0 < 1 })
      let states = sampler.samples
      var counts = [Double](repeating: 0, count: 16)
      for chain in 0..<chains {
        counts[(0..<4).reduce(0) { $0 + (Int(states.pointer[chain * 4 + $1]) << $1) }] += 1
      }
      let chi = zip(counts, marginal).reduce(0) { sum, pair in
        let expected = pair.1 * Double(chains)
        return sum + (pair.0 - expected) * (pair.0 - expected) / expected
      }
      // 15 degrees of freedom: above 50 once in 80,000 tries.
      #expect(chi < 50, "χ² \(chi)")
    }
  }

  @Test("fields of ±1000 give certain units, and a field that is no number makes its unit none")
  func extremes() {
    var states: [Float] = [0, 1, 0.5, 0]
    var fields: [Float] = [1000, -1000, 1000, -1000]
    let none = [Float](repeating: 0, count: 16)
    let stream = RandomStream(seed: 1, purpose: .gibbs)
    sdt_gibbs_sweep(&states, &fields, none, 1, 4, stream.kernel, [0])
    #expect(states == [1, 0, 1, 0] && fields == [1000, -1000, 1000, -1000])
    fields[1] = .nan
    sdt_gibbs_sweep(&states, &fields, none, 1, 4, stream.kernel, [0])
    #expect(states[1].isNaN)
  }
}

/// Chains that are swept by the kernel, and counted by their states.
private struct BoltzmannMachineChains {
  let chains: Int
  let units: Int
  let states: Tensor
  let fields: Tensor
  let matrix: [Float]

  init(_ machine: BoltzmannMachine, chains: Int) {
    let couplings = BoltzmannCouplings(machine)
    (self.chains, units) = (chains, machine.units)
    matrix = couplings.all.elements
    states = Tensor(chains, units)
    fields = Tensor(chains, units)
    couplings.drive(states, into: fields)
  }

  /// Pearson's χ² of the states after further sweeps.
  func chiSquare(_ distribution: [Double], sweeps: Int) -> Double {
    let ids = (0..<chains).map { UInt32($0) }
    for round in 0..<sweeps {
      let stream = RandomStream(seed: 2, purpose: .gibbs, step: 0, round: round)
      sdt_gibbs_sweep(
        states.pointer, fields.pointer, matrix, chains, units, stream.kernel, ids)
    }
    var counts = [Double](repeating: 0, count: distribution.count)
    for chain in 0..<chains {
      counts[(0..<units).reduce(0) { $0 + (Int(states.pointer[chain * units + $1]) << $1) }] += 1
    }
    return zip(counts, distribution).reduce(0) { sum, pair in
      let expected = pair.1 * Double(chains)
      return sum + (pair.0 - expected) * (pair.0 - expected) / expected
    }
  }
}
