import CKernels
import Foundation
import Testing

@Suite("Log-odds of visible units")
struct VisibleLogOddsTests {
  /// Numbers that are the same in every run.
  private struct Numbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      // SplitMix64 (Steele, Lea, Flood, 2014).
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }

  /// W [hidden, columns], and the activations of one sample.
  private struct Machine {
    var weights: [Float]
    var activations: [Double]
    let columns: Int
    var hidden: Int { activations.count }

    func odds(_ x: [Float], group: Int? = nil) -> [Double] {
      let largest = weights.map { Double(abs($0)) }.max()!
      let group = group ?? max(Int(700 / max(largest, 1)), 1)
      var odds = [Double](repeating: .nan, count: columns)
      sdt_visible_log_odds(
        &odds, x, activations.map { 1 / (1 + exp(-$0)) }, activations.map { 1 / (1 + exp($0)) },
        weights, weights.map { exp(Double($0)) }, weights.map { exp(-Double($0)) }, hidden,
        columns, columns, group)
      return odds
    }

    func formula(_ x: [Float]) -> [Double] {
      func softplus(_ a: Double) -> Double { max(a, 0) + log1p(exp(-abs(a))) }
      return (0..<columns).map { i in
        (0..<hidden).reduce(0) { sum, j in
          let (w, v) = (Double(weights[j * columns + i]), Double(x[i]))
          return sum + softplus(activations[j] + (1 - v) * w) - softplus(activations[j] - v * w)
        }
      }
    }
  }

  private func machine(hidden: Int, columns: Int, weights: Float, activations: Double) -> Machine {
    var numbers = Numbers(state: UInt64(hidden * 1000 + columns))
    return Machine(
      weights: (0..<hidden * columns).map { _ in
        Float.random(in: -weights...weights, using: &numbers)
      },
      activations: (0..<hidden).map { _ in
        Double.random(in: -activations...activations, using: &numbers)
      }, columns: columns)
  }

  private func expectClose(_ found: [Double], _ expected: [Double]) {
    for (i, (a, b)) in zip(found, expected).enumerated() {
      #expect(abs(a - b) <= 1e-9 * max(1, abs(b)), "unit \(i)")
    }
  }

  @Test("binary units: the conditionals of the enumerated joint distribution")
  func enumeration() {
    let (visible, hidden) = (5, 4)
    var numbers = Numbers(state: 1)
    let weights = (0..<hidden * visible).map { _ in Float.random(in: -2...2, using: &numbers) }
    let hiddenBias = (0..<hidden).map { _ in Double.random(in: -1...1, using: &numbers) }
    let visibleBias = (0..<visible).map { _ in Double.random(in: -1...1, using: &numbers) }
    func states(_ units: Int) -> [[Double]] {
      (0..<1 << units).map { bits in (0..<units).map { Double(bits >> $0 & 1) } }
    }
    /// log of the sum over h of exp(−E(x, h)).
    func logMarginal(_ x: [Double]) -> Double {
      log(
        states(hidden).reduce(0) { sum, h in
          var exponent = zip(visibleBias, x).reduce(0) { $0 + $1.0 * $1.1 }
          for j in 0..<hidden {
            exponent += hiddenBias[j] * h[j]
            for i in 0..<visible { exponent += h[j] * Double(weights[j * visible + i]) * x[i] }
          }
          return sum + exp(exponent)
        })
    }
    for x in states(visible) {
      let activations = (0..<hidden).map { j in
        (0..<visible).reduce(hiddenBias[j]) { $0 + Double(weights[j * visible + $1]) * x[$1] }
      }
      let machine = Machine(weights: weights, activations: activations, columns: visible)
      let odds = machine.odds(x.map { Float($0) })
      for i in 0..<visible {
        var (one, zero) = (x, x)
        (one[i], zero[i]) = (1, 0)
        #expect(abs(odds[i] + visibleBias[i] - (logMarginal(one) - logMarginal(zero))) <= 1e-9)
      }
    }
  }

  @Test(
    "any values, any mixture: the softplus formula",
    arguments: [1, 5, 8, 63, 64, 65, 130, 200], [0, 0.1, 0.9, 1])
  func formula(columns: Int, grey: Double) {
    let machine = machine(hidden: 37, columns: columns, weights: 2, activations: 4)
    var numbers = Numbers(state: 7)
    let x = (0..<columns).map { _ in
      Double.random(in: 0..<1, using: &numbers) < grey
        ? Float.random(in: 0...1, using: &numbers) : Float(Int.random(in: 0...1, using: &numbers))
    }
    expectClose(machine.odds(x), machine.formula(x))
    // How often exponents are set aside changes nothing that matters.
    for group in [1, 2, 37, 1000] { expectClose(machine.odds(x, group: group), machine.formula(x)) }
  }

  @Test(
    "large weights and activations stay finite and right", arguments: [60, 350, 700] as [Float])
  func extremes(size: Float) {
    var machine = machine(hidden: 41, columns: 67, weights: size, activations: 1000)
    // Every sign of both at their ends.
    for (place, sign) in [(0, 1), (70, -1), (130, 1), (210, -1)] as [(Int, Float)] {
      machine.weights[place] = sign * size
    }
    machine.activations[0] = 1000
    machine.activations[1] = -1000
    machine.activations[2] = 0
    machine.activations[3] = Double(size) - 1
    for x in [
      [Float](repeating: 0, count: 67), [Float](repeating: 1, count: 67),
      (0..<67).map { Float($0) / 66 }, [Float](repeating: 1e-30, count: 67),
      [Float](repeating: 1 - 0x1p-24, count: 67),
    ] {
      let found = machine.odds(x)
      #expect(found.allSatisfy { $0.isFinite })
      expectClose(found, machine.formula(x))
    }
  }

  @Test("a unit's bits do not depend on its neighbours' values")
  func neighbours() {
    let machine = machine(hidden: 20, columns: 100, weights: 2, activations: 3)
    let grey = (0..<100).map { Float($0 + 1) / 128 }
    let mixed = grey.enumerated().map { $0 % 3 == 0 ? $1 : Float($0 % 2) }
    let (all, some) = (machine.odds(grey), machine.odds(mixed))
    for i in stride(from: 0, to: 100, by: 3) { #expect(all[i] == some[i]) }
  }

  @Test("a NaN is seen, and so is a group too long for its weights")
  func divergence() {
    var machine = machine(hidden: 30, columns: 70, weights: 1, activations: 3)
    var x = (0..<70).map { Float($0 % 2) }
    x[3] = .nan
    var odds = machine.odds(x)
    #expect(odds[3].isNaN && odds.enumerated().allSatisfy { $0 == 3 || $1.isFinite })
    machine.activations[29] = .nan
    x[3] = 0.5
    odds = machine.odds(x)
    #expect(odds.allSatisfy { $0.isNaN })

    machine.activations = Array(repeating: 0, count: 30)
    machine.weights = Array(repeating: 100, count: 30 * 70)
    #expect(machine.odds(x).allSatisfy { $0.isFinite })
    // Factors of about e¹⁰⁰ or e⁵⁰ each, or, for x = 1, of about ½.
    odds = machine.odds(x, group: 30)
    #expect(zip(x, odds).allSatisfy { $0 == 1 ? $1.isFinite : $1.isNaN })
  }

  @Test("the sum of softplus is stable far out and never clamped")
  func softplus() {
    func sum(_ values: Float...) -> Double { sdt_softplus_sum(values, values.count) }
    #expect(sum(1000) == 1000 && sum(-1000) == 0)
    #expect(abs(sum(0) - 0.693_147_180_559_945_3) < 1e-15)
    #expect(abs(sum(-50) / exp(-50) - 1) < 1e-12)
    #expect(abs(sum(30) - 30 - exp(-30)) < 1e-14)
    #expect(abs(sum(1000, -1000, 0, 1) - (1000.693_147_180_559_9 + log1p(exp(1)))) < 1e-11)
    #expect(sum(.greatestFiniteMagnitude).isFinite && sum(.nan).isNaN)
  }
}
