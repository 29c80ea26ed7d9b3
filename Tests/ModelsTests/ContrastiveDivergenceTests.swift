import Foundation
import Models
import Objectives
import Tensors
import Testing

@Suite("Contrastive divergence")
struct ContrastiveDivergenceTests {
  private static func random(_ count: Int, item: Int, scale: Float = 1) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    values.withUnsafeMutableBufferPointer {
      RandomStream(seed: 61, purpose: .sampling).normal(item: item, into: $0)
    }
    return values.map { $0 * scale }
  }

  @Test("a short batch divides each phase by its own count", arguments: [1, 2])
  func shortBatch(shards: Int) {
    let (visible, hidden, chains) = (6, 3, 7)
    let parameters = Self.random(visible * hidden + hidden + visible, item: 0)
    let samples: [[Float]] = (0..<10).map { id in
      (0..<visible).map { (i: Int) -> Float in Float((id * 5 + i * 3) % 8) / 8 }
    }
    // The chains' mean of x in the same step, told by batches of different sizes.
    let means = [10, 3, 1].map { rows -> [Float] in
      let rank = Rank(
        visible: visible, hidden: hidden, parameters: parameters,
        options: .init(negativePhase: .persistent(chains: chains)), seed: 1,
        layout: ShardLayout(shards: shards), batchSize: 10)
      rank.accumulate(step: 0, ids: Array(0..<rows)) { samples[$0][...] }
      let bias = rank.accumulator.root(0).elements[(visible * hidden + hidden)...].prefix(visible)
      return bias.enumerated().map { i, sum in
        let data: Float = samples[..<rows].reduce(0) { $0 + $1[i] }
        return (sum + data) / Float(rows)
      }
    }
    for i in 0..<visible {
      // Seven chains: a whole number of sevenths.
      let ones = means[0][i] * Float(chains)
      #expect(abs(ones - ones.rounded()) < 1e-4)
      #expect(abs(means[1][i] - means[0][i]) < 1e-5 && abs(means[2][i] - means[0][i]) < 1e-5)
    }
    #expect(means[0].contains { $0 > 0.1 && $0 < 0.9 })
  }

  @Test(
    "parameters and chains have the same bits on any number of ranks",
    arguments: [
      NegativePhase.contrastiveDivergence, .persistent(chains: 5), .persistent(chains: 40),
    ])
  func anyNumberOfRanks(negativePhase: NegativePhase) {
    let (visible, hidden, shards) = (21, 13, 5)
    let parameters = Self.random(visible * hidden + hidden + visible, item: 1, scale: 0.5)
    func run(_ ranks: Int) -> [UInt32] {
      let all = (0..<ranks).map {
        Rank(
          visible: visible, hidden: hidden, parameters: parameters,
          options: .init(negativePhase: negativePhase, gibbsSteps: .constant(2)), seed: 2,
          layout: ShardLayout(shards: shards, ranks: ranks, rank: $0), batchSize: 32)
      }
      let tree = ReductionTree(shards: shards)
      let additions = tree.additions(joining: all.flatMap(\.accumulator.roots))
      // The last batch leaves shards empty.
      for (step, rows) in [32, 32, 9, 3].enumerated() {
        for rank in all {
          rank.accumulate(step: step, ids: (0..<rows).map { $0 * 7 % 32 }) { id in
            Self.random(visible, item: 100 + id).map { 1 / (1 + exp(-$0)) }[...]
          }
        }
        let roots = all.flatMap { rank in
          rank.accumulator.roots.indices.map { rank.accumulator.root($0) }
        }
        for (into, from) in additions { roots[into].add(roots[from]) }
        for rank in all { rank.update(roots[0]) }
      }
      let chains = all.flatMap { $0.objective.state.flatMap(\.values.elements) }
      let copies = Set(all.map { $0.machine.parameters.flat.elements.map(\.bitPattern) })
      #expect(copies.count == 1)
      return copies.first! + chains.map(\.bitPattern)
    }
    let alone = run(1)
    #expect(alone != parameters.map(\.bitPattern))
    for ranks in 2...shards { #expect(run(ranks) == alone, "\(ranks) ranks") }
  }
}

@Suite("Contrastive divergence against enumeration")
struct EnumerationTests {
  /// A machine of three visible and two hidden units, with all its expectations.
  struct Tiny {
    static let visible = 3
    static let hidden = 2
    static let parameters: [Float] = [1.5, -2, 0.5, -1, 1, 2, 0.3, -0.6, -0.4, 0.7, -0.2]
    static let data: [[Float]] = [[1, 0, 1], [1, 1, 0], [1, 0, 0], [1, 0, 1]]

    static func states(_ units: Int) -> [[Double]] {
      (0..<1 << units).map { bits in (0..<units).map { Double(bits >> $0 & 1) } }
    }

    static func weight(_ j: Int, _ i: Int) -> Double { Double(parameters[j * visible + i]) }
    static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    static func hiddenMeans(_ x: [Double]) -> [Double] {
      (0..<hidden).map { j in
        sigmoid((0..<visible).reduce(Double(parameters[6 + j])) { $0 + weight(j, $1) * x[$1] })
      }
    }

    static func visibleMeans(_ h: [Double]) -> [Double] {
      (0..<visible).map { i in
        sigmoid((0..<hidden).reduce(Double(parameters[8 + i])) { $0 + weight($1, i) * h[$1] })
      }
    }

    static func probability(_ state: [Double], _ means: [Double]) -> Double {
      zip(state, means).reduce(1) { $0 * ($1.0 == 1 ? $1.1 : 1 - $1.1) }
    }

    /// [h xᵀ, h, x] of one x, with h at its means.
    static func statistics(_ x: [Double]) -> [Double] {
      let h = hiddenMeans(x)
      return h.flatMap { h in x.map { h * $0 } } + h + x
    }

    /// The mean of the statistics under a distribution of x.
    static func mean(_ distribution: ([Double]) -> Double) -> [Double] {
      let all = states(visible).map { x in statistics(x).map { $0 * distribution(x) } }
      return all.dropFirst().reduce(all[0]) { zip($0, $1).map { $0 + $1 } }
    }

    static func dataDistribution(_ x: [Double]) -> Double {
      Double(data.count { $0.map(Double.init) == x }) / Double(data.count)
    }

    /// p(x), from the energies of all joint states.
    static func modelDistribution(_ x: [Double]) -> Double {
      func weightOf(_ x: [Double], _ h: [Double]) -> Double {
        var energy = 0.0
        for j in 0..<hidden {
          energy -= Double(parameters[6 + j]) * h[j]
          for i in 0..<visible { energy -= h[j] * weight(j, i) * x[i] }
        }
        for i in 0..<visible { energy -= Double(parameters[8 + i]) * x[i] }
        return exp(-energy)
      }
      func marginal(_ x: [Double]) -> Double {
        states(hidden).reduce(0) { $0 + weightOf(x, $1) }
      }
      return marginal(x) / states(visible).reduce(0) { $0 + marginal($1) }
    }

    /// The distribution of x after one Gibbs sweep from the data.
    static func sweptDistribution(_ x: [Double]) -> Double {
      var sum = 0.0
      for start in states(visible) {
        for h in states(hidden) {
          sum +=
            dataDistribution(start) * probability(h, hiddenMeans(start))
            * probability(x, visibleMeans(h))
        }
      }
      return sum
    }
  }

  /// Five standard errors of a mean of 20 000 numbers between 0 and 1.
  private static let count = 20_000
  private static let bound = 5 * 0.5 / Double(count).squareRoot()

  private func gradient(
    _ options: ContrastiveDivergenceOptions, rows: Int
  ) -> [Double] {
    let rank = Rank(
      visible: Tiny.visible, hidden: Tiny.hidden, parameters: Tiny.parameters, options: options,
      seed: 3, layout: ShardLayout(shards: 1), batchSize: rows)
    rank.accumulate(step: 0, ids: Array(0..<rows)) { Tiny.data[$0 % Tiny.data.count][...] }
    return rank.accumulator.root(0).elements.prefix(11).map { Double($0) / Double(rows) }
  }

  private func difference(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).map { abs($0 - $1) }.max()!
  }

  private func minusData(_ negative: [Double]) -> [Double] {
    zip(negative, Tiny.mean(Tiny.dataDistribution)).map { $0 - $1 }
  }

  @Test("many persistent chains give the gradient of the exact log-likelihood")
  func likelihoodGradient() {
    let exact = minusData(Tiny.mean(Tiny.modelDistribution))
    let found = gradient(
      .init(negativePhase: .persistent(chains: Self.count), gibbsSteps: .constant(40)), rows: 4)
    #expect(difference(found, exact) < Self.bound)
    // CD-1's expectation is far enough from it for the bound to tell them apart.
    #expect(difference(exact, minusData(Tiny.mean(Tiny.sweptDistribution))) > 3 * Self.bound)
  }

  @Test("CD-1 has the mean of one sweep from the data, CD-40 that of the model")
  func sweeps() {
    let one = gradient(.init(), rows: Self.count)
    #expect(difference(one, minusData(Tiny.mean(Tiny.sweptDistribution))) < Self.bound)
    let forty = gradient(.init(gibbsSteps: .constant(40)), rows: Self.count)
    #expect(difference(forty, minusData(Tiny.mean(Tiny.modelDistribution))) < Self.bound)
  }

  @Test("samples of h in the statistics, or means of x, change no expectation they should not")
  func values() {
    let exact = minusData(Tiny.mean(Tiny.modelDistribution))
    let sampled = gradient(
      .init(
        gibbsSteps: .constant(40), positiveHidden: .samples, negativeHidden: .samples),
      rows: Self.count)
    // Two phases of sampled h: the error of both.
    #expect(difference(sampled, exact) < 1.5 * Self.bound)
    let means = gradient(
      .init(gibbsSteps: .constant(40), negativeVisible: .probabilities), rows: Self.count)
    #expect(difference(Array(means[8...]), Array(exact[8...])) < Self.bound)
  }
}
