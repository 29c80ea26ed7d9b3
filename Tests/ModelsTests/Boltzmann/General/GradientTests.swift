import Foundation
@testable import Models
import Objectives
import Tensors
import Testing

@Suite("A general Boltzmann machine's gradient")
struct BoltzmannGradientTests {
  private static let data: [[Double]] = [
    [1, 0, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [1, 0, 1, 1],
  ]
  private static let samples = data.map { $0.map { Float($0) } }
  static let machines: [(hidden: Int, connections: BoltzmannConnections)] = [
    (0, .all), (3, .all), (3, .semiRestricted), (3, .restricted),
  ]

  private func machine(_ hidden: Int, _ connections: BoltzmannConnections) -> BoltzmannMachine {
    .random(visible: 4, hidden: hidden, connections: connections)
  }

  @Test("moments of enumeration are finite differences of the log-likelihood", arguments: machines)
  func finiteDifferences(hidden: Int, connections: BoltzmannConnections) {
    let machine = machine(hidden, connections)
    let places = ExactMachine.places(machine)
    let gradient = ExactMachine(machine).gradient(places, data: Self.data)
    func loss(_ exact: ExactMachine) -> Double {
      -Self.data.reduce(0) { $0 + exact.logLikelihood($1) } / Double(Self.data.count)
    }
    for (place, found) in zip(places, gradient) {
      let values = [1e-5, -1e-5].map { step in
        var exact = ExactMachine(machine)
        switch place {
        case .pair(let i, let j):
          exact.weights[i][j] += step
          exact.weights[j][i] += step
        case .bias(let i): exact.biases[i] += step
        }
        return loss(exact)
      }
      #expect(abs((values[0] - values[1]) / 2e-5 - found) < 1e-8, "\(place)")
    }
  }

  /// Rows are all joint states; their means carry the states' probabilities under both phases.
  @Test(
    "statistics of enumerated distributions are the exact gradient to 1e-6",
    arguments: machines + [(8, .all)])
  func exactStatistics(hidden: Int, connections: BoltzmannConnections) {
    let machine = machine(hidden, connections)
    let exact = ExactMachine(machine)
    let states = ExactMachine.states(machine.units)
    let distributions = (exact.clampedDistribution(Self.data), exact.distribution())
    var found = [Double](repeating: 0, count: machine.parameters.layout.count)
    // Blocks are added in Float64: a product over thousands of rows in Float32 rounds more than 1e-6.
    for block in stride(from: 0, to: states.count, by: 256) {
      let rows = block..<min(block + 256, states.count)
      let sums = statistics(
        machine, Array(states[rows]), (Array(distributions.0[rows]), Array(distributions.1[rows])))
      for (index, sum) in sums.enumerated() { found[index] += Double(sum) }
    }
    let expected = exact.gradient(ExactMachine.places(machine), data: Self.data)
    for (found, expected) in zip(found, expected) { #expect(abs(found - expected) < 1e-6) }
  }

  /// The statistics of states whose means carry their probabilities when clamped, and when free.
  private func statistics(
    _ machine: BoltzmannMachine, _ states: [[Double]],
    _ distributions: (clamped: [Double], free: [Double])
  ) -> [Float] {
    let space = BoltzmannWorkspace(
      LearningSpaceKey(positive: states.count, negative: states.count), machine)
    for (rows, distribution) in [
      (space.data, distributions.clamped), (space.free, distributions.free),
    ] {
      for (row, state) in states.enumerated() {
        for (i, value) in state.enumerated() {
          let isVisible = i < machine.visible
          let place =
            isVisible ? row * machine.visible + i : row * machine.hidden + i - machine.visible
          (isVisible ? rows.visible : rows.hidden).pointer[place] = Float(value)
          (isVisible ? rows.visibleMeans : rows.hiddenMeans).pointer[place] =
            Float(value * distribution[row])
        }
      }
    }
    let accumulator = Accumulator(
      sums: machine.parameters.layout, metrics: 0, layout: ShardLayout(shards: 1))
    BoltzmannStatistics(machine).add(space, ratio: 1, into: accumulator, at: 0)
    return (0..<machine.parameters.layout.count).map { accumulator.leaf(0).pointer[$0] }
  }

  @Test("many chains and many clamped samples give the exact gradient", arguments: machines)
  func monteCarlo(hidden: Int, connections: BoltzmannConnections) {
    let machine = machine(hidden, connections)
    let places = ExactMachine.places(machine)
    let expected = ExactMachine(machine).gradient(places, data: Self.data)
    let count = 10_000
    let samples = (0..<count).map { Self.samples[$0 % Self.samples.count] }
    // A mean of numbers between 0 and 1 has a standard error of at most ½ / √count; two phases, the
    // factor 2 of pairs, and 4.5 of these errors.
    let bound = 4.5 * 2 * (0.5 / Double(count)).squareRoot()
    for statistics in UnitValues.allCases {
      let steps = BoltzmannSteps(
        machine,
        BoltzmannOptions(
          chains: count, gibbsSteps: .constant(20), clampedSteps: .constant(20),
          clampedStatistics: statistics, freeStatistics: statistics), capacity: count)
      steps.accumulate(samples, step: 0)
      let worst = zip(steps.gradient, expected).map { abs($0 - $1) }.max()!
      #expect(worst < bound, "\(statistics): \(worst)")
    }
    // Half of it, as of an energy with ½, would be seen.
    #expect(expected.map(abs).max()! / 2 > bound)
  }

  @Test("without hidden units the clamped phase is the data itself")
  func dataAlone() {
    let machine = BoltzmannMachine.random(visible: 4, hidden: 0)
    let all = [0, 1].map { shift in
      let steps = BoltzmannSteps(
        machine, BoltzmannOptions(chains: 16, freeStatistics: .samples), capacity: 5)
      steps.accumulate(Array(Self.samples.dropLast(shift)), step: 0)
      return steps.gradient
    }
    // The same chains: the difference is that of the data's moments.
    let places = ExactMachine.places(machine)
    for (index, place) in places.enumerated() {
      func moment(_ rows: [[Double]]) -> Double {
        switch place {
        case .pair(let i, let j):
          2 * rows.reduce(0) { $0 + $1[i] * $1[j] } / Double(rows.count)
        case .bias(let i): rows.reduce(0) { $0 + $1[i] } / Double(rows.count)
        }
      }
      let expected = moment(Self.data.dropLast()) - moment(Self.data)
      #expect(abs(all[0][index] - all[1][index] - expected) < 1e-6)
      // Sixteen chains: whole sixteenths.
      let sixteenths = (all[0][index] + moment(Self.data)) * 16
      #expect(abs(sixteenths - sixteenths.rounded()) < 1e-4)
    }
  }
}
