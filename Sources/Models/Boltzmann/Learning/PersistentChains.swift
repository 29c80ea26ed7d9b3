import Objectives
import Tensors

/// The Markov chains of persistent CD: hidden samples with global indices, dealt to shards.
///
/// Storing h rather than x makes a step one product shorter: x is drawn from the stored h, then h
/// anew from x. Where statistics take means of x, the chains still go on from samples. Source: Tieleman, "Training restricted Boltzmann machines using approximations to the
/// likelihood gradient", 2008.
final class PersistentChains: NegativeSampler {
  private let chains: ChainState
  var state: [ShardedState] { [chains.state] }
  var count: Int? { chains.state.count }

  init(
    count: Int, _ machine: RestrictedBoltzmannMachine, seed: UInt64, round: Int,
    layout: ShardLayout
  ) {
    chains = ChainState(
      name: "chains", count: count, layer: machine.hiddenLayer, seed: seed, round: round,
      layout: layout)
  }

  func rows(of shard: Int) -> Int? { chains.part(of: shard).ids.count }

  func run(
    _ shard: Batch.Shard, _ space: LearningSpace, _ sweeps: GibbsSweeps,
    _ accumulator: Accumulator, _ place: Int
  ) {
    let rows = chains.part(of: shard.index)
    guard let ids = rows.ids.baseAddress, !rows.ids.isEmpty else { return }
    space.chainDrivers.assign(rows.states)
    sweeps.run(space, ids: ids, keepsLast: true)
    rows.states.assign(space.chainDrivers)
    sweeps.takeMeans(space, ids: ids)
  }
}
