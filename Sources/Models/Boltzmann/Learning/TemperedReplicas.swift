import CKernels
import Objectives
import Tensors

/// Parallel tempering: groups of persistent chains, each with a replica at every inverse temperature β,
/// that exchange their states.
///
/// At β = 0 a machine has independent visible units of biases c and fair hidden coins, β = 1 is the machine
/// itself. After its Gibbs sweeps a step offers neighbours in the ladder an exchange (`ReplicaExchange`). The
/// replica at β = 1 gives the statistics. All replicas of a group live on one shard.
/// Source: Desjardins, Courville, Bengio, Vincent and Delalleau, "Tempered Markov chain Monte Carlo for
/// training of restricted Boltzmann machines", 2010.
final class TemperedReplicas: NegativeSampler {
  private let options: TemperingOptions
  private let replicas: ChainState
  private let exchanges: RandomStream
  private let machine: RestrictedBoltzmannMachine
  private var spaces: [Int: ReplicaSpace] = [:]
  private let firstGroup: (Int) -> Int

  var state: [ShardedState] { [replicas.state] }
  var count: Int? { options.groups }
  /// The share of exchanges that were taken, pair by pair from the hottest.
  let metrics: [String]

  init(
    _ options: TemperingOptions, _ machine: RestrictedBoltzmannMachine, seed: UInt64,
    round: Int, layout: ShardLayout
  ) {
    (self.options, self.machine) = (options, machine)
    replicas = ChainState(
      name: "replicas", count: options.groups, replicas: options.ladder.count,
      layer: machine.hiddenLayer, seed: seed, round: round, layout: layout)
    exchanges = RandomStream(seed: seed, purpose: .replicaExchange)
    metrics = (1..<options.ladder.count).map { "swap_rate_\($0)" }
    firstGroup = { layout.range(of: $0, in: options.groups).lowerBound }
  }

  private var temperatures: Int { options.ladder.count }

  func rows(of shard: Int) -> Int? { replicas.part(of: shard).ids.count / temperatures }

  func run(
    _ shard: Batch.Shard, _ space: LearningSpace, _ sweeps: GibbsSweeps,
    _ accumulator: Accumulator, _ place: Int
  ) {
    let rows = replicas.part(of: shard.index)
    guard let ids = rows.ids.baseAddress, !rows.ids.isEmpty else { return }
    let own = replicaSpace(space.key.negative)
    own.hidden.assign(rows.states)
    for sweep in 0..<sweeps.count { self.sweep(sweep, sweeps, own, ids) }
    sdt_interactions(
      own.interactions, own.hidden.pointer, own.fields.pointer, machine.hiddenBias.pointer,
      rows.ids.count, machine.hidden)
    let samples = sweeps.options.negativeHidden == .samples
    for group in 0..<space.key.negative {
      exchange(group, global: firstGroup(shard.index) + group, sweeps.step, own, accumulator, place)
      store(group, own, rows.states, space, takesSamples: samples)
    }
    if !samples { machine.hiddenLayer.means(space.chainHidden) }
  }

  /// One Gibbs sweep of all replicas; keeps W u of the last.
  private func sweep(
    _ sweep: Int, _ sweeps: GibbsSweeps, _ own: ReplicaSpace, _ ids: UnsafePointer<UInt32>
  ) {
    let rows = own.hidden.shape[0]
    multiply(own.hidden, .none, machine.weights, .none, into: own.visibleFields)
    sdt_temper_rows(
      own.visibleFields.pointer, own.betas.pointer, nil, rows, machine.visible)
    machine.visibleLayer.sample(
      own.visibleFields, into: own.visible,
      sweeps.stream.at(step: sweeps.step, round: 1 + 2 * sweep), ids)
    machine.hiddenFields(own.visible, sweeps.transposedWeights, into: own.fields)
    own.hiddenFields.assign(own.fields)
    sdt_temper_rows(
      own.hiddenFields.pointer, own.betas.pointer, machine.hiddenBias.pointer, rows,
      machine.hidden)
    machine.hiddenLayer.sample(
      own.hiddenFields, into: own.hidden,
      sweeps.stream.at(step: sweeps.step, round: 2 + 2 * sweep), ids)
  }

  /// Offers exchanges to every other pair of a group; `order` says which replica is at which place.
  private func exchange(
    _ group: Int, global: Int, _ step: Int, _ own: ReplicaSpace, _ accumulator: Accumulator,
    _ place: Int
  ) {
    let first = group * temperatures
    for t in 0..<temperatures { own.order[t] = first + t }
    exchanges.at(step: step).uniform(item: global, into: own.draws)
    ReplicaExchange.offer(
      step: step, betas: options.ladder, draws: own.draws,
      interaction: { own.interactions[own.order[$0]] }
    ) { t, isTaken in
      if isTaken { own.order.swapAt(t, t + 1) }
      accumulator.addMetric(1 + t, isTaken ? 1 : 0, count: 1, at: place)
    }
  }

  /// Writes a group's h in its new order, and the replica at β = 1 to the chains' rows.
  private func store(
    _ group: Int, _ own: ReplicaSpace, _ hidden: Tensor, _ space: LearningSpace, takesSamples: Bool
  ) {
    let (h, x) = (machine.hidden, machine.visible)
    for t in 0..<temperatures {
      let row = hidden.pointer + (group * temperatures + t) * h
      row.update(from: own.hidden.pointer + own.order[t] * h, count: h)
    }
    let last = own.order[temperatures - 1]
    (space.chain.pointer + group * x).update(from: own.visible.pointer + last * x, count: x)
    let source = takesSamples ? own.hidden : own.fields
    (space.chainHidden.pointer + group * h).update(from: source.pointer + last * h, count: h)
  }

  private func replicaSpace(_ groups: Int) -> ReplicaSpace {
    if let space = spaces[groups] { return space }
    let space = ReplicaSpace(groups: groups, machine, options.ladder)
    spaces[groups] = space
    return space
  }

  /// Of the shares of all pairs their mean and the smallest: where it is near zero, the ladder has a gap.
  func reported(_ means: [(name: String, value: Double)]) -> [(name: String, value: Double)] {
    let names = Set(metrics)
    let rates = means.filter { names.contains($0.name) }.map(\.value)
    let others = means.filter { !names.contains($0.name) }
    guard let least = rates.min() else { return others }
    let mean = rates.reduce(0, +) / Double(rates.count)
    return others + [("swap_rate", mean), ("swap_rate_min", least)]
  }
}

/// Buffers of the replicas of a shard.
private final class ReplicaSpace {
  let hidden: Tensor
  /// W u of the last sweep, and the same at its temperature.
  let fields: Tensor
  let hiddenFields: Tensor
  let visible: Tensor
  let visibleFields: Tensor
  /// β of every row.
  let betas: Tensor
  /// G of every row.
  let interactions: UnsafeMutablePointer<Double>
  let order: UnsafeMutableBufferPointer<Int>
  let draws: UnsafeMutableBufferPointer<Float>

  init(groups: Int, _ machine: RestrictedBoltzmannMachine, _ ladder: [Float]) {
    let rows = groups * ladder.count
    hidden = Tensor(rows, machine.hidden)
    fields = Tensor(rows, machine.hidden)
    hiddenFields = Tensor(rows, machine.hidden)
    visible = Tensor(rows, machine.visible)
    visibleFields = Tensor(rows, machine.visible)
    betas = Tensor(
      shape: [rows], elements: (0..<groups).flatMap { _ in ladder })
    interactions = .allocate(capacity: max(rows, 1))
    interactions.initialize(repeating: 0, count: max(rows, 1))
    order = .allocate(capacity: ladder.count)
    order.initialize(repeating: 0)
    draws = .allocate(capacity: ladder.count)
    draws.initialize(repeating: 0)
  }

  deinit {
    interactions.deallocate()
    order.deallocate()
    draws.deallocate()
  }
}
