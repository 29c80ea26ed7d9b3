import DataParallel
import Foundation
import Objectives
import Tensors
import Testing

@testable import Models

@Suite("Machines with Gaussian visible units")
struct GaussianMachineTests {
  private typealias Reference = GaussianReference

  private static let samples: [[Double]] = [
    [0.3, -1.2, 0.8], [-0.9, 0.4, 1.7], [2.1, 0.2, -0.5],
  ]

  /// The units of a reference: of learned σ, of one σ for all, or of σ = 1.
  private static let kinds: [NoiseDeviation] = [.learned(initial: 1), .fixed(0.7), .unit]

  private func reference(_ kind: NoiseDeviation) -> Reference {
    var parameters = Reference.start.parameters
    switch kind {
    case .unit: parameters.replaceSubrange(11..., with: [0, 0, 0])
    case .fixed(let deviation):
      parameters.replaceSubrange(11..., with: [2, 2, 2].map { $0 * log(Double(deviation)) })
    case .learned: break
    }
    return Reference(parameters)
  }

  private func machine(_ kind: NoiseDeviation) -> RestrictedBoltzmannMachine {
    let machine = RestrictedBoltzmannMachine(
      visible: 3, hidden: 2, visibleUnits: .gaussian(kind))
    let flat = machine.parameters.flat
    flat.assign(Tensor(shape: flat.shape, elements: elements(kind)))
    return machine
  }

  private func elements(_ kind: NoiseDeviation) -> [Float] {
    let all = reference(kind).parameters.map(Float.init)
    if case .learned = kind { return all }
    // The unit form writes ½x² − cx: its biases are those of σ = 1.
    return Array(all.prefix(11))
  }

  @Test("means of either layer given the other", arguments: kinds)
  func conditionals(kind: NoiseDeviation) {
    let (machine, reference) = (machine(kind), reference(kind))
    for x in Self.samples {
      let codes = machine.codes(Tensor(shape: [1, 3], elements: x.map(Float.init)))
      expectClose(codes.elements, reference.hiddenMeans(x), "h", tolerance: 1e-6)
    }
    for h in Reference.hiddenStates {
      let means = machine.reconstructions(Tensor(shape: [1, 2], elements: h.map(Float.init)))
      expectClose(means.elements, (0..<3).map { reference.center(h, $0) }, "x", tolerance: 1e-6)
    }
  }

  @Test("samples of x given h have its mean and variance", arguments: kinds)
  func moments(kind: NoiseDeviation) {
    let (machine, reference) = (machine(kind), reference(kind))
    let rows = 40_000
    let h = Tensor(shape: [rows, 2], elements: (0..<rows).flatMap { _ in [Float(1), 0] })
    let (means, u, x) = (Tensor(rows, 3), Tensor(rows, 3), Tensor(rows, 3))
    machine.sampleVisible(
      h, means: means, samples: u, stream: RandomStream(seed: 5, purpose: .gibbs),
      ids: (0..<UInt32(rows)).map { $0 })
    machine.visibleLayer.outputs(u, into: x)
    for i in 0..<3 {
      let column = (0..<rows).map { Double(x.elements[$0 * 3 + i]) }
      let mean = column.reduce(0, +) / Double(rows)
      let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)
      let expected = reference.deviation(i)
      // Five standard errors.
      #expect(abs(mean - reference.center([1, 0], i)) < 5 * expected / 200)
      #expect(abs(variance / (expected * expected) - 1) < 5 * (2 / Double(rows)).squareRoot())
    }
  }

  @Test("the reference's gradient is the derivative of its log-likelihood")
  func finiteDifferences() {
    let reference = Reference.start
    for x in Self.samples {
      let gradient = reference.gradient(x)
      for i in gradient.indices {
        var (up, down) = (reference, reference)
        up.parameters[i] += 1e-5
        down.parameters[i] -= 1e-5
        let found = (up.logLikelihood(x) - down.logLikelihood(x)) / 2e-5
        #expect(abs(found - gradient[i]) < 1e-6 * max(1, abs(gradient[i])), "parameter \(i)")
      }
    }
  }

  @Test("statistics of given states are −∂E of the chains less those of the data", arguments: kinds)
  func statistics(kind: NoiseDeviation) {
    let (machine, reference) = (machine(kind), reference(kind))
    let chains: [[Double]] = [[-0.2, 0.6, 0.1], [1.4, -0.8, -1.1]]
    let ratio = 3.0 / 2
    let values = PhaseValues(machine, positive: 3, negative: 2)
    fill(values.data, Self.samples, machine, reference)
    fill(values.chain, chains, machine, reference)
    let slices = machine.parameters.layout.slices.map { Tensor(shape: $0.shape) }
    machine.statistics(values, ratio: Float(ratio)) { slices[$0] }
    func sum(_ rows: [[Double]]) -> [Double] {
      rows.reduce([Double](repeating: 0, count: 14)) { sum, x in
        let one = reference.statistics(
          reference.hiddenMeans(x), mean: x, square: x.map { $0 * $0 })
        return zip(sum, one).map(+)
      }
    }
    let expected = zip(sum(chains), sum(Self.samples)).map { ratio * $0 - $1 }
    let found = slices.flatMap(\.elements)
    expectClose(found, Array(expected.prefix(found.count)), "sums", tolerance: 1e-6)
  }

  private func fill(
    _ rows: (visible: Tensor, hidden: Tensor), _ x: [[Double]],
    _ machine: RestrictedBoltzmannMachine, _ reference: Reference
  ) {
    let samples = Tensor(shape: [x.count, 3], elements: x.flatMap { $0.map(Float.init) })
    machine.visibleLayer.inputs(samples, labels: nil, into: rows.visible)
    let h = x.flatMap { reference.hiddenMeans($0).map(Float.init) }
    rows.hidden.assign(Tensor(shape: [x.count, 2], elements: h))
  }

  @Test("many persistent chains give the gradient of the exact log-likelihood", arguments: kinds)
  func likelihoodGradient(kind: NoiseDeviation) {
    let count = 40_000
    let reference = reference(kind)
    let rank = Rank(
      visible: 3, hidden: 2, units: .gaussian(kind), parameters: elements(kind),
      options: .init(negativePhase: .persistent(chains: count), gibbsSteps: .constant(30)),
      seed: 4, layout: ShardLayout(shards: 1), batchSize: 3)
    rank.accumulate(step: 0, ids: [0, 1, 2]) { Self.samples[$0].map(Float.init)[...] }
    let width = rank.machine.parameters.layout.count
    let found = rank.accumulator.root(0).elements.prefix(width).map { Double($0) / 3 }
    let exact = Self.samples.map(reference.gradient).reduce([Double](repeating: 0, count: 14)) {
      zip($0, $1).map(+)
    }
    for i in 0..<width {
      // Statistics have a deviation of about 2 at most: five standard errors.
      #expect(abs(found[i] + exact[i] / 3) < 5 * 2 / Double(count).squareRoot(), "parameter \(i)")
    }
    // What it tells apart: the gradient is not small everywhere.
    #expect(exact.prefix(width).contains { abs($0 / 3) > 0.3 })
  }

  @Test(
    "replicas of Gaussian machines keep the distribution of their temperature", arguments: kinds)
  func tempering(kind: NoiseDeviation) {
    let (groups, ladder) = (10_000, [0, 0.5, 1])
    let reference = reference(kind)
    let rank = Rank(
      visible: 3, hidden: 2, units: .gaussian(kind), parameters: elements(kind),
      options: .init(
        negativePhase: .tempering(.init(groups: groups, ladder: ladder.map(Float.init)))),
      seed: 6, layout: ShardLayout(shards: 1), batchSize: 3)
    for step in 0..<20 {
      rank.accumulate(step: step, ids: [0, 1, 2]) { Self.samples[$0].map(Float.init)[...] }
    }
    let states = rank.objective.state[0].values.elements
    for (t, beta) in ladder.enumerated() {
      // The interaction counts β times: so W and b do, and σ and c stay.
      var tempered = reference
      for place in 0..<8 { tempered.parameters[place] *= beta }
      let masses = Reference.hiddenStates.map { exp(tempered.logMass($0)) }
      let total = masses.reduce(0, +)
      for j in 0..<2 {
        let exact = zip(Reference.hiddenStates, masses).reduce(0) { $0 + $1.0[j] * $1.1 } / total
        var sum = 0.0
        for group in 0..<groups { sum += Double(states[(group * 3 + t) * 2 + j]) }
        #expect(abs(sum / Double(groups) - exact) < 5 * 0.5 / 100, "β = \(beta), unit \(j)")
      }
    }
  }
}
