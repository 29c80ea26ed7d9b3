import DataParallel
import Foundation
import Objectives
import Optimizers
import Tensors
import TestSupport
import Testing

@testable import Models

@Suite("Negative phases against enumeration")
struct NegativePhaseTests {
  private typealias Tiny = EnumerationTests.Tiny

  private func rank(_ options: ContrastiveDivergenceOptions) -> Rank {
    Rank(
      visible: Tiny.visible, hidden: Tiny.hidden, parameters: Tiny.parameters, options: options,
      seed: 7, layout: ShardLayout(shards: 1), batchSize: 4)
  }

  private func gradient(_ rank: Rank, step: Int) -> [Double] {
    rank.accumulate(step: step, ids: [0, 1, 2, 3]) { Tiny.data[$0][...] }
    return rank.accumulator.root(0).elements.prefix(11).map { Double($0) / 4 }
  }

  /// The means of h at an inverse temperature, from the energies of all joint states.
  private func hiddenMeans(beta: Double) -> [Double] {
    var (total, sums) = (0.0, [Double](repeating: 0, count: Tiny.hidden))
    for x in Tiny.states(Tiny.visible) {
      for h in Tiny.states(Tiny.hidden) {
        var exponent = 0.0
        for i in 0..<Tiny.visible { exponent += Double(Tiny.parameters[8 + i]) * x[i] }
        for j in 0..<Tiny.hidden {
          exponent += beta * h[j] * Double(Tiny.parameters[6 + j])
          for i in 0..<Tiny.visible { exponent += beta * h[j] * Tiny.weight(j, i) * x[i] }
        }
        total += exp(exponent)
        for j in 0..<Tiny.hidden { sums[j] += h[j] * exp(exponent) }
      }
    }
    return sums.map { $0 / total }
  }

  @Test("replicas keep the distribution of their temperature through exchanges")
  func tempering() {
    let groups = 10_000
    let ladder: [Float] = [0, 0.3, 1]
    let rank = rank(.init(negativePhase: .tempering(.init(groups: groups, ladder: ladder))))
    var found: [Double] = []
    for step in 0..<25 { found = gradient(rank, step: step) }
    let bound = 5 * 0.5 / Double(groups).squareRoot()
    let exact = zip(Tiny.mean(Tiny.modelDistribution), Tiny.mean(Tiny.dataDistribution)).map(-)
    for (a, b) in zip(found, exact) { #expect(abs(a - b) < bound) }
    let states = rank.objective.state[0].values.elements
    for (t, beta) in ladder.enumerated() {
      let means = (0..<Tiny.hidden).map { j in
        (0..<groups).reduce(0.0) { $0 + Double(states[($1 * 3 + t) * Tiny.hidden + j]) }
          / Double(groups)
      }
      for (a, b) in zip(means, hiddenMeans(beta: Double(beta))) { #expect(abs(a - b) < bound) }
    }
    // The temperatures differ by more than the bound, and exchanges were taken and refused.
    #expect(abs(hiddenMeans(beta: 0.3)[1] - hiddenMeans(beta: 1)[1]) > 2 * bound)
    let sums = rank.accumulator.metricSums
    for pair in 1...2 {
      // Twelve or thirteen of 25 steps offer each pair an exchange.
      #expect([12, 13].contains(sums[2 * pair + 1] / Double(groups)))
      let rate = sums[2 * pair] / sums[2 * pair + 1]
      #expect(rate > 0.3 && rate < 0.99)
    }
    let reported = rank.objective.reported([
      ("reconstruction_error", 2), ("swap_rate_1", 0.5), ("swap_rate_2", 0.25),
    ])
    #expect(reported.map(\.name) == ["reconstruction_error", "swap_rate", "swap_rate_min"])
    #expect(reported.map(\.value) == [2, 0.375, 0.25])
  }

  @Test(
    "with means of x in the statistics, persistent chains are Gibbs chains",
    arguments: [UnitValues.probabilities, .samples])
  func persistentMeans(negativeHidden: UnitValues) {
    let (chains, hidden, visible) = (20_000, Tiny.hidden, Tiny.visible)
    let rank = rank(
      .init(
        negativePhase: .persistent(chains: chains), negativeHidden: negativeHidden,
        negativeVisible: .probabilities))
    for step in 0..<30 { _ = gradient(rank, step: step) }
    let states = rank.objective.state[0].values.elements
    let exact = hiddenMeans(beta: 1)
    for j in 0..<hidden {
      let mean = (0..<chains).reduce(0.0) { $0 + Double(states[$1 * hidden + j]) } / Double(chains)
      #expect(abs(mean - exact[j]) < 5 * 0.5 / Double(chains).squareRoot(), "unit \(j)")
    }
    // The next step's statistics are of the means given these states.
    var (x, h) = ([Double](repeating: 0, count: visible), [Double](repeating: 0, count: hidden))
    for chain in 0..<chains {
      let means = Tiny.visibleMeans((0..<hidden).map { Double(states[chain * hidden + $0]) })
      x = zip(x, means).map { $0 + $1 / Double(chains) }
      h = zip(h, Tiny.hiddenMeans(means)).map { $0 + $1 / Double(chains) }
    }
    let data = Tiny.mean(Tiny.dataDistribution)
    let found = zip(gradient(rank, step: 30), data).map(+)
    for i in 0..<visible { #expect(abs(found[8 + i] - x[i]) < 1e-4) }
    let bound = negativeHidden == .samples ? 5 * 0.5 / Double(chains).squareRoot() : 1e-4
    for j in 0..<hidden { #expect(abs(found[6 + j] - h[j]) < bound) }
  }

  @Test("mean-field iterations start at the data's means, whatever its statistics take")
  func meanFieldStart() {
    let sums = UnitValues.allCases.map { values in
      gradient(
        rank(.init(negativePhase: .meanField(damping: 0.3), positiveHidden: values)), step: 0)
    }
    // The visible biases' statistics have no h of the data; the others have.
    #expect(sums[0][8...] == sums[1][8...])
    #expect(sums[0][6] != sums[1][6])
  }

  @Test("each machine of a run starts its chains elsewhere")
  func starts() {
    for phase in [
      NegativePhase.persistent(chains: 9), .tempering(.init(groups: 3, ladder: [0, 1])),
    ] {
      let states = [0, 1, 1].map { round in
        ContrastiveDivergence(
          RestrictedBoltzmannMachine(visible: 3, hidden: 20),
          options: .init(negativePhase: phase), seed: 5, round: round,
          layout: ShardLayout(shards: 2)
        ).state[0].values.elements
      }
      #expect(states[0] != states[1] && states[1] == states[2])
    }
  }

  @Test("mean-field iterations are those of Float64", arguments: [0, 0.3])
  func meanField(damping: Double) {
    let found = gradient(
      rank(
        .init(
          negativePhase: .meanField(damping: Float(damping)), gibbsSteps: .constant(3))), step: 0)
    var expected = [Double](repeating: 0, count: 11)
    for sample in Tiny.data.map({ $0.map(Double.init) }) {
      let start = Tiny.hiddenMeans(sample)
      var (h, x) = (start, sample)
      for _ in 0..<3 {
        x = Tiny.visibleMeans(h)
        h = zip(h, Tiny.hiddenMeans(x)).map { damping * $0 + (1 - damping) * $1 }
      }
      let negative = h.flatMap { h in x.map { h * $0 } } + h + x
      for (i, value) in zip(negative, Tiny.statistics(sample)).map(-).enumerated() {
        expected[i] += value / 4
      }
    }
    expectClose(found.map(Float.init), expected, "gradient", tolerance: 1e-6)
  }
}

@Suite("Centred gradients and targets")
struct CenteringTests {
  private static let (visible, hidden) = (7, 4)

  private static func random(_ count: Int, item: Int) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    values.withUnsafeMutableBufferPointer {
      RandomStream(seed: 67, purpose: .sampling).normal(item: item, into: $0)
    }
    return values
  }

  private static func sample(_ id: Int) -> [Float] {
    random(visible, item: 100 + id).map { $0 > 0.4 ? 1 : 0 }
  }

  private func rank(
    _ options: ContrastiveDivergenceOptions, _ parameters: [Float], shards: Int = 1
  ) -> Rank {
    Rank(
      visible: Self.visible, hidden: Self.hidden, parameters: parameters, options: options,
      optimizer: .init(learningRate: .constant(0.3), momentum: .constant(0.5)), seed: 8,
      layout: ShardLayout(shards: shards), batchSize: 12)
  }

  private func train(_ rank: Rank, steps: Int, _ sample: (Int) -> [Float]) -> [Float] {
    for step in 0..<steps {
      rank.accumulate(step: step, ids: Array(0..<12)) { sample($0 + 12 * (step % 3))[...] }
      rank.update(rank.accumulator.root(0))
      rank.objective.update(phase: 0, sums: rank.accumulator.root(0), count: 12)
    }
    return rank.machine.parameters.flat.elements
  }

  /// The parameters of the machine that gives 1 − x the probability of x.
  private func mirrored(_ parameters: [Float]) -> [Float] {
    let (v, h) = (Self.visible, Self.hidden)
    let weights = parameters[..<(v * h)]
    let biases = (0..<h).map { j in
      parameters[v * h + j] + weights[(j * v)..<(j * v + v)].reduce(0, +)
    }
    return weights.map { -$0 } + biases + parameters[(v * h + h)...].map { -$0 }
  }

  @Test(
    "with offsets, learning does not see which value is called 1",
    arguments: [Centering.data, .modelAndData, .none])
  func mirror(centering: Centering) {
    // Means of x: samples of a mirrored machine are drawn by other numbers.
    var options = ContrastiveDivergenceOptions(negativeVisible: .probabilities)
    (options.centering, options.offsetRate) = (centering, 0.2)
    let start = Self.random(Self.visible * Self.hidden + Self.hidden + Self.visible, item: 1)
    let found = train(rank(options, start), steps: 9, Self.sample)
    let other = train(rank(options, mirrored(start)), steps: 9) { Self.sample($0).map { 1 - $0 } }
    let worst = zip(mirrored(found), other).map { abs($0 - $1) }.max()!
    if centering == .none { #expect(worst > 0.05) } else { #expect(worst < 2e-5) }
    #expect(zip(found, start).contains { abs($0 - $1) > 0.1 })
  }

  @Test("offsets follow the means of the batches they are told of")
  func offsets() {
    var options = ContrastiveDivergenceOptions()
    (options.centering, options.offsetRate) = (.data, 0.25)
    let rank = rank(options, Self.random(39, item: 2), shards: 3)
    _ = train(rank, steps: 1, Self.sample)
    let state = rank.objective.replicatedState
    #expect(state.map(\.name) == ["centering/visible_offset", "centering/hidden_offset"])
    for i in 0..<Self.visible {
      let mean = (0..<12).reduce(Float(0)) { $0 + Self.sample($1)[i] } / 12
      #expect(abs(state[0].values.elements[i] - (0.5 + 0.25 * (mean - 0.5))) < 1e-6)
    }
  }

  @Test("a sparsity target pulls biases and weights by the running average")
  func sparsity() {
    let parameters = Self.random(39, item: 9)
    let (v, h) = (Self.visible, Self.hidden)
    let plain = rank(.init(), parameters)
    var options = ContrastiveDivergenceOptions()
    options.sparsity = SparsityTarget(target: 0.2, cost: 3, decay: 0.75)
    let pulled = rank(options, parameters, shards: 3)
    for rank in [plain, pulled] {
      rank.accumulate(step: 0, ids: Array(0..<12)) { Self.sample($0)[...] }
    }
    // The average starts at the target: no pull.
    expectClose(
      Array(pulled.accumulator.root(0).elements.prefix(39)),
      plain.accumulator.root(0).elements.prefix(39).map(Double.init), "first", tolerance: 1e-6)
    pulled.objective.update(phase: 0, sums: pulled.accumulator.root(0), count: 12)
    let average = pulled.objective.replicatedState[0].values.elements
    let samples = (0..<12).map { Self.sample($0) }
    for j in 0..<h {
      let means = samples.map { x in
        1
          / (1 + exp(-(0..<v).reduce(parameters[v * h + j]) { $0 + parameters[j * v + $1] * x[$1] }))
      }
      #expect(abs(average[j] - (0.75 * 0.2 + 0.25 * means.reduce(0, +) / 12)) < 1e-6)
    }
    for rank in [plain, pulled] {
      rank.accumulate(step: 0, ids: Array(0..<12)) { Self.sample($0)[...] }
    }
    let (a, b) = (plain.accumulator.root(0).elements, pulled.accumulator.root(0).elements)
    for j in 0..<h {
      let pull = 3 * (average[j] - 0.2)
      #expect(abs(b[v * h + j] - a[v * h + j] - 12 * pull) < 1e-4)
      for i in 0..<v {
        let on = samples.reduce(Float(0)) { $0 + $1[i] }
        #expect(abs(b[j * v + i] - a[j * v + i] - pull * on) < 1e-4)
      }
    }
  }

  @Test("visible biases start where the data is")
  func startingBias() {
    let machine = RestrictedBoltzmannMachine(visible: 3, hidden: 2)
    machine.startVisibleBias(at: Tensor(shape: [3], elements: [0.25, 0, 1]))
    expectClose(
      machine.parameters["visible_bias"].elements, [log(1.0 / 3), log(0.001 / 0.999), log(999)],
      "log-odds")
    let gaussian = RestrictedBoltzmannMachine(
      visible: 2, hidden: 2, visibleUnits: .gaussian(.fixed(2)))
    gaussian.startVisibleBias(
      at: gaussian.visibleLayer.inputsOfMeans(Tensor(shape: [2], elements: [3, -1])))
    expectClose(gaussian.parameters["visible_bias"].elements, [3, -1], "means")
    let labelled = RestrictedBoltzmannMachine(
      visible: 4, hidden: 2, visibleUnits: .labelled(classes: 2))
    let means = labelled.visibleLayer.inputsOfMeans(Tensor(shape: [2], elements: [0.5, 0.25]))
    #expect(means.elements == [0.5, 0.25, 0.5, 0.5])
    labelled.startVisibleBias(at: means)
    expectClose(
      labelled.parameters["visible_bias"].elements, [0, log(1.0 / 3), 0, 0], "a label")
  }
}
