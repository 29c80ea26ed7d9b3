import Foundation
import Tensors
import Testing

@testable import Models

/// Chains with something given, and tempered ones, against enumerated distributions.
@Suite("Conditional and tempered sampling")
struct ConditionalSamplingTests {
  private static let chains = 4000
  /// Four standard deviations of a mean of as many draws of 0 and 1.
  private static let tolerance = 4 * (0.25 / Double(chains)).squareRoot()

  /// p(x) up to a constant, of all states of a Bernoulli machine's visible units.
  private func weights(_ machine: RestrictedBoltzmannMachine) -> [([Double], Double)] {
    let parameters = machine.parameters.flat.elements.map(Double.init)
    let (visible, hidden) = (machine.visible, machine.hidden)
    return (0..<1 << visible).map { state in
      let x = (0..<visible).map { Double(state >> $0 & 1) }
      var sum = 0.0
      for other in 0..<1 << hidden {
        var term = (0..<visible).reduce(0.0) {
          $0 + parameters[(visible + 1) * hidden + $1] * x[$1]
        }
        for j in 0..<hidden where other >> j & 1 == 1 {
          term += parameters[visible * hidden + j]
          for i in 0..<visible { term += parameters[j * visible + i] * x[i] }
        }
        sum += exp(term)
      }
      return (x, sum)
    }
  }

  /// Means of x over the states that a condition holds for.
  private func means(
    _ machine: RestrictedBoltzmannMachine, where holds: ([Double]) -> Bool = { _ in true }
  ) -> [Double] {
    let all = weights(machine).filter { holds($0.0) }
    let total = all.reduce(0) { $0 + $1.1 }
    return (0..<machine.visible).map { i in all.reduce(0) { $0 + $1.0[i] * $1.1 } / total }
  }

  private func columnMeans(_ values: Tensor) -> [Double] {
    let (rows, columns) = (values.shape[0], values.shape[1])
    return (0..<columns).map { i in
      (0..<rows).reduce(0.0) { $0 + Double(values.pointer[$1 * columns + i]) } / Double(rows)
    }
  }

  @Test("completions have the conditional means, and keep what is known")
  func completion() {
    let machine = LikelihoodTests.machine(visible: 5, hidden: 4, seed: 8)
    let known: [Float] = [1, 0, 1, 0, 1]
    let isKnown = [true, false, true, false, false]
    let samples = Tensor(Self.chains, 5)
    for row in 0..<Self.chains {
      for i in 0..<5 { samples.pointer[row * 5 + i] = known[i] }
    }
    let completion = Completion(
      machine, samples: samples, isKnown: isKnown, chains: 0..<Self.chains, seed: 3)
    let found = completion.run(sweeps: 40)
    let expected = means(machine) { $0[0] == 1 && $0[2] == 1 }
    for (i, (value, mean)) in zip(columnMeans(found), expected).enumerated() {
      #expect(abs(value - mean) < Self.tolerance, "unit \(i)")
    }
    for row in 0..<Self.chains {
      #expect(found.pointer[row * 5] == 1 && found.pointer[row * 5 + 2] == 1)
    }
    // Means, and not draws.
    #expect(found.elements.contains { $0 != 0 && $0 != 1 })
  }

  @Test("clamped labels give the enumerated means of their class")
  func labels() {
    let machine = LabelledMachineTests.machine(7)
    let network = DeepBeliefNetwork([machine])
    let parameters = machine.parameters.flat.elements.map(Double.init)
    for label in 0..<LabelledMachineTests.classes {
      let sampler = DeepBeliefSampler(
        network, chains: 0..<Self.chains,
        labels: Array(repeating: Int32(label), count: Self.chains), seed: 2)
      let found = columnMeans(sampler.run(steps: 0..<40))
      let all = (0..<1 << LabelledMachineTests.units).map { (state: Int) -> ([Double], Double) in
        let x = (0..<LabelledMachineTests.units).map { Double(state >> $0 & 1) }
        return (x, exp(LabelledMachineTests.logWeight(parameters, x, label: label)))
      }
      let total = all.reduce(0) { $0 + $1.1 }
      for i in 0..<LabelledMachineTests.units {
        let mean = all.reduce(0) { $0 + $1.0[i] * $1.1 } / total
        #expect(abs(found[i] - mean) < Self.tolerance, "class \(label), unit \(i)")
      }
    }
  }

  @Test("tempered chains have the machine's distribution", arguments: [1, 2, 4])
  func tempered(temperatures: Int) {
    let machine = LikelihoodTests.machine(visible: 5, hidden: 4, seed: 9)
    let sampler = TemperedSampler(
      machine, chains: 0..<Self.chains, temperatures: temperatures, seed: 5)
    let found = columnMeans(sampler.run(steps: 0..<60))
    for (i, (value, mean)) in zip(found, means(machine)).enumerated() {
      #expect(abs(value - mean) < Self.tolerance, "unit \(i)")
    }
    for count in sampler.exchanges { #expect(count.taken > 0 && count.taken < count.offered) }
  }

  /// E[x] of a machine with Gaussian visible units, or of those given the first: as u given h is normal
  /// around m = c/σ + Wᵀh, p(h) ∝ exp(b·h + ½|m|²), where a known u_0 counts as u_0 m_0 instead of ½ m_0².
  private func gaussianMeans(
    _ machine: RestrictedBoltzmannMachine, deviation: Double, known: Double? = nil
  ) -> [Double] {
    let (visible, hidden) = (machine.visible, machine.hidden)
    let (w, b) = (machine.weights.elements, machine.hiddenBias.elements)
    var (total, sums) = (0.0, [Double](repeating: 0, count: visible))
    for state in 0..<1 << hidden {
      let on = (0..<hidden).filter { state >> $0 & 1 == 1 }
      var m = machine.visibleBias.elements.map { Double($0) / deviation }
      for j in on { for i in 0..<visible { m[i] += Double(w[j * visible + i]) } }
      var exponent = on.reduce(0) { $0 + Double(b[$1]) }
      for i in 0..<visible {
        exponent += i == 0 && known != nil ? known! / deviation * m[i] : 0.5 * m[i] * m[i]
      }
      total += exp(exponent)
      for i in 0..<visible { sums[i] += deviation * m[i] * exp(exponent) }
    }
    return sums.map { $0 / total }
  }

  /// Whether the means of independent rows are those expected, within four standard errors.
  private func expectMeans(_ values: Tensor, _ expected: [Double], from first: Int = 0) {
    let (rows, width) = (values.shape[0], values.shape[1])
    for i in first..<width {
      let column = (0..<rows).map { Double(values.pointer[$0 * width + i]) }
      let mean = column.reduce(0, +) / Double(rows)
      let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)
      let error = (variance / Double(rows)).squareRoot()
      #expect(abs(mean - expected[i]) < 4 * error, "\(mean) ± \(error), not \(expected[i])")
    }
  }

  private static let deviations: [(NoiseDeviation, Double)] = [(.unit, 1), (.fixed(0.5), 0.5)]

  @Test("tempered chains of Gaussian units have the machine's distribution", arguments: deviations)
  func temperedGaussian(noise: NoiseDeviation, deviation: Double) {
    let machine = SmallMachine(visible: 3, hidden: 4, .gaussian(noise), seed: 2).machine
    let sampler = TemperedSampler(machine, chains: 0..<Self.chains, temperatures: 4, seed: 5)
    expectMeans(sampler.run(steps: 0..<60), gaussianMeans(machine, deviation: deviation))
    for count in sampler.exchanges { #expect(count.taken > 0 && count.taken < count.offered) }
  }

  @Test("completions of Gaussian units have the conditional means", arguments: deviations)
  func gaussianCompletion(noise: NoiseDeviation, deviation: Double) {
    let machine = SmallMachine(visible: 3, hidden: 4, .gaussian(noise), seed: 3).machine
    let samples = Tensor(Self.chains, 3)
    for row in 0..<Self.chains { samples.pointer[row * 3] = 1.5 }
    let found = Completion(
      machine, samples: samples, isKnown: [true, false, false], chains: 0..<Self.chains, seed: 3
    ).run(sweeps: 60)
    expectMeans(found, gaussianMeans(machine, deviation: deviation, known: 1.5), from: 1)
    #expect((0..<Self.chains).allSatisfy { abs(found.pointer[$0 * 3] - 1.5) < 1e-6 })
  }

  /// Two modes, all on and all off, with a wall between them: half of the hidden units want the visible ones
  /// on, half off, and each other likewise.
  private func walled() -> RestrictedBoltzmannMachine {
    let machine = RestrictedBoltzmannMachine(visible: 6, hidden: 6)
    for j in 0..<6 {
      for i in 0..<6 { machine.weights.pointer[j * 6 + i] = j < 3 ? 3 : -3 }
      machine.hiddenBias.pointer[j] = j < 3 ? -9 : 9
    }
    return machine
  }

  @Test("tempered chains cross a wall that Gibbs chains do not")
  func crossing() {
    let (machine, count) = (walled(), 500)
    let start = Tensor(count, 6)
    start.fill(1)
    func shareOfOn(_ values: Tensor) -> Double {
      columnMeans(values).reduce(0, +) / 6
    }
    let plain = GibbsSampler(machine, chains: 0..<count, seed: 1)
    plain.start(at: start)
    #expect(shareOfOn(plain.run(steps: 0..<200)) > 0.95)
    let tempered = TemperedSampler(machine, chains: 0..<count, temperatures: 10, seed: 1)
    tempered.start(at: start)
    // Both modes weigh the same.
    #expect(abs(shareOfOn(tempered.run(steps: 0..<200)) - 0.5) < 0.12)
  }

  @Test("a deep belief network's completions keep what is known, and depend on it")
  func deepCompletion() {
    let network = UpDownTests.network([6, 5, 4, 7], classes: 3)
    let samples = Tensor(64, 6)
    for row in 0..<64 { samples.pointer[row * 6] = row < 32 ? 1 : 0 }
    func run(_ chains: Range<Int>) -> Tensor {
      Completion(
        network, samples: samples, isKnown: [true] + Array(repeating: false, count: 5),
        chains: chains, seed: 1
      ).run(sweeps: 20)
    }
    let found = run(0..<64)
    for row in 0..<64 { #expect(found.pointer[row * 6] == (row < 32 ? 1 : 0)) }
    #expect(found.elements == run(0..<64).elements)
    #expect(found.elements != run(64..<128).elements)
  }

  @Test("a deep belief network's completions have the conditional means of what is known")
  func deepConditional() {
    // The way down is p(v | h), the way up p(h | v) exactly where what lies between carries all: a top machine
    // whose weights are large copies h.
    let machine = RestrictedBoltzmannMachine(visible: 5, hidden: 3)
    // Biases that leave every unit on half of the time: what tells one from another are the weights.
    for (i, weight) in ([2, 1.5, -2, 1, 0.5] as [Float]).enumerated() {
      for j in 0..<3 {
        machine.weights.pointer[j * 5 + i] = weight
        machine.hiddenBias.pointer[j] -= 0.5 * weight
        machine.visibleBias.pointer[i] -= 0.5 * weight
      }
    }
    let network = Self.copying(machine)
    let expected = [0.0, 1].map { known in means(network.machine) { $0[0] == known } }
    // What is known makes a difference that would be seen.
    #expect(
      zip(expected[0], expected[1]).dropFirst().contains { abs($0 - $1) > 3 * Self.tolerance })
    for known in [0, 1] {
      let samples = Tensor(Self.chains, 5)
      samples.fill(Float(known))
      let found = columnMeans(
        Completion(
          network.whole, samples: samples, isKnown: [true] + Array(repeating: false, count: 4),
          chains: 0..<Self.chains, seed: 3
        ).run(sweeps: 40))
      for i in 0..<5 { #expect(abs(found[i] - expected[known][i]) < Self.tolerance, "unit \(i)") }
    }
  }

  /// A machine, and the network of it and a top machine of unit j above unit j: it is on as h_j is, but for one
  /// time in e¹⁵, and gives h_j back as surely. Then h goes down as it came up, and chains of the network are
  /// the machine's.
  private static func copying(
    _ machine: RestrictedBoltzmannMachine
  ) -> (machine: RestrictedBoltzmannMachine, whole: DeepBeliefNetwork) {
    let top = RestrictedBoltzmannMachine(visible: machine.hidden, hidden: machine.hidden)
    for j in 0..<machine.hidden { top.weights.pointer[j * machine.hidden + j] = 30 }
    top.hiddenBias.fill(-15)
    top.visibleBias.fill(-15)
    return (machine, DeepBeliefNetwork([machine, top]))
  }
}
