import Foundation
import Models
import Objectives
import Tensors

/// A Boltzmann machine by its definition alone: every sum runs over all states, in Float64, with W as a
/// full symmetric matrix.
struct ExactMachine {
  let visible: Int
  let hidden: Int
  /// [units][units], symmetric, zero diagonal.
  var weights: [[Double]]
  var biases: [Double]

  var units: Int { visible + hidden }

  /// The matrix of a machine's packed parameters.
  init(_ machine: BoltzmannMachine) {
    (visible, hidden) = (machine.visible, machine.hidden)
    let units = machine.units
    weights = Array(repeating: Array(repeating: 0, count: units), count: units)
    biases = Array(repeating: 0, count: units)
    for (place, parameter) in Self.places(machine).enumerated() {
      let value = Double(machine.parameters.flat.pointer[place])
      switch parameter {
      case .pair(let i, let j): (weights[i][j], weights[j][i]) = (value, value)
      case .bias(let i): biases[i] = value
      }
    }
  }

  /// What one number of the flat parameters is.
  enum Place {
    case pair(Int, Int)
    case bias(Int)
  }

  /// The meaning of the flat parameters, in order, as their documentation says.
  static func places(_ machine: BoltzmannMachine) -> [Place] {
    let (v, h) = (machine.visible, machine.hidden)
    return machine.parameters.layout.slices.flatMap { slice -> [Place] in
      switch slice.name {
      case "visible_weights": triangle(0..<v)
      case "weights": (v..<v + h).flatMap { j in (0..<v).map { .pair(j, $0) } }
      case "hidden_weights": triangle(v..<v + h)
      case "visible_bias": (0..<v).map { .bias($0) }
      default: (v..<v + h).map { .bias($0) }
      }
    }
  }

  private static func triangle(_ units: Range<Int>) -> [Place] {
    units.flatMap { i in (i + 1..<units.upperBound).map { .pair(i, $0) } }
  }

  static func states(_ units: Int) -> [[Double]] {
    (0..<1 << units).map { bits in (0..<units).map { Double(bits >> $0 & 1) } }
  }

  /// −xᵀWx − cᵀx, over all i and j.
  func energy(_ x: [Double]) -> Double {
    var energy = 0.0
    for i in x.indices {
      energy -= biases[i] * x[i]
      for j in x.indices { energy -= x[i] * weights[i][j] * x[j] }
    }
    return energy
  }

  /// p of every joint state, in the order of `states`.
  func distribution() -> [Double] {
    let factors = Self.states(units).map { exp(-energy($0)) }
    let total = factors.reduce(0, +)
    return factors.map { $0 / total }
  }

  /// log p(v) of a visible state.
  func logLikelihood(_ v: [Double]) -> Double {
    let joint = Self.states(hidden).reduce(0) { $0 + exp(-energy(v + $1)) }
    let all = Self.states(units).reduce(0) { $0 + exp(-energy($1)) }
    return log(joint / all)
  }

  /// ⟨x_i x_j⟩ or ⟨x_i⟩ for every place, under a distribution over joint states.
  func moments(_ places: [Place], _ distribution: [Double]) -> [Double] {
    let states = Self.states(units)
    return places.map { place in
      zip(states, distribution).reduce(0) { sum, state in
        switch place {
        case .pair(let i, let j): sum + state.1 * state.0[i] * state.0[j]
        case .bias(let i): sum + state.1 * state.0[i]
        }
      }
    }
  }

  /// The joint distribution with visible states as in data, and hidden ones given them.
  func clampedDistribution(_ data: [[Double]]) -> [Double] {
    var total = [Double](repeating: 0, count: 1 << units)
    for v in data {
      let hidden = Self.states(self.hidden)
      let factors = hidden.map { exp(-energy(v + $0)) }
      let sum = factors.reduce(0, +)
      for (h, factor) in zip(hidden, factors) {
        let place = (v + h).enumerated().reduce(0) { $0 + (Int($1.element) << $1.offset) }
        total[place] += factor / sum / Double(data.count)
      }
    }
    return total
  }

  /// The gradient of −(mean log p(v)) by every parameter, by enumeration.
  func gradient(_ places: [Place], data: [[Double]]) -> [Double] {
    let clamped = moments(places, clampedDistribution(data))
    let free = moments(places, distribution())
    return zip(places, zip(clamped, free)).map { place, pair in
      if case .pair = place { 2 * (pair.1 - pair.0) } else { pair.1 - pair.0 }
    }
  }
}

extension BoltzmannMachine {
  /// A machine with normal parameters.
  static func random(
    visible: Int, hidden: Int, connections: BoltzmannConnections = .all, seed: UInt64 = 5,
    deviation: Float = 0.4
  ) -> BoltzmannMachine {
    let machine = BoltzmannMachine(visible: visible, hidden: hidden, connections: connections)
    RandomStream(seed: seed, purpose: .sampling).normal(
      item: 0, into: machine.parameters.flat.buffer)
    machine.parameters.flat.scale(by: deviation)
    return machine
  }
}

/// Training by hand on one rank.
final class BoltzmannSteps {
  let objective: BoltzmannLearning
  private let accumulator: Accumulator
  private let batch: Batch
  private let layout: ShardLayout
  private let capacity: Int

  init(
    _ machine: BoltzmannMachine, _ options: BoltzmannOptions, seed: UInt64 = 1, shards: Int = 1,
    ranks: Int = 1, rank: Int = 0, capacity: Int
  ) {
    let layout = ShardLayout(shards: shards, ranks: ranks, rank: rank)
    objective = BoltzmannLearning(machine, options: options, seed: seed, layout: layout)
    accumulator = Accumulator(sums: objective.phases[0].sums, metrics: 1, layout: layout)
    batch = Batch(shards: layout.local, width: machine.visible) {
      layout.range(of: $0, in: capacity).count
    }
    (self.layout, self.capacity) = (layout, capacity)
  }

  /// This rank's sums over samples, whose ids are their places; what the rooms held before is no number.
  func accumulate(_ samples: [[Float]], step: Int) {
    (batch.step, batch.globalCount) = (step, samples.count)
    for (place, shard) in layout.local.enumerated() {
      let rows = layout.range(of: shard, in: samples.count)
      batch.setRows(rows.count, at: place)
      batch.shards[place].room.fill(.nan)
      for (row, id) in rows.enumerated() {
        batch.shards[place].ids[row] = UInt32(id)
        for (i, value) in samples[id].enumerated() {
          batch.shards[place].samples.pointer[row * samples[id].count + i] = value
        }
      }
    }
    objective.accumulate(batch, phase: 0, into: accumulator, across: SoloSum(shards: layout.shards))
    accumulator.finish(stopRequested: false, finite: true)
    accumulator.merge(0..<accumulator.length)
  }

  /// The partial sums this rank forms.
  var roots: [Tensor] { accumulator.roots.indices.map { accumulator.root($0) } }
  var nodes: [ReductionTree.Node] { accumulator.roots }

  /// The gradient: the mean over the batch, of a single rank.
  var gradient: [Double] {
    accumulator.root(0).elements.prefix(objective.parameters.layout.count)
      .map { Double($0) / Double(batch.globalCount) }
  }
}
