import CKernels
import Objectives
import Tensors

/// The Markov chains of persistent CD: hidden samples with global indices, dealt to shards.
///
/// Storing h rather than x makes a step one product shorter: x is drawn from the stored h, then h
/// anew from x.
final class PersistentChains {
  /// The chains of one shard.
  struct Part {
    /// [chains of the shard, hidden], a view of the state.
    let hidden: Tensor
    /// Global indices of the chains.
    let ids: UnsafeBufferPointer<UInt32>
  }

  let state: ShardedState
  private let parts: [Part]
  private let firstShard: Int
  private let ids: UnsafeMutableBufferPointer<UInt32>

  /// Starts every unit of every chain with a fair coin.
  init(count: Int, hidden: Int, seed: UInt64, layout: ShardLayout) {
    let state = ShardedState(name: "chains", count: count, width: hidden, layout: layout)
    let ids = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: max(state.range.count, 1))
    ids.initialize(repeating: 0)
    for (place, chain) in state.range.enumerated() { ids[place] = UInt32(chain) }
    if !state.range.isEmpty {
      state.values.fill(0.5)
      let stream = RandomStream(seed: seed, purpose: .chainStart)
      sdt_bernoulli_draw(
        state.values.pointer, state.values.pointer, state.range.count, hidden, stream.kernel,
        ids.baseAddress!)
    }
    parts = layout.local.map { shard in
      let range = layout.range(of: shard, in: count)
      let local =
        range.lowerBound - state.range.lowerBound..<range.upperBound - state.range.lowerBound
      return Part(hidden: state.values.rows(local), ids: UnsafeBufferPointer(rebasing: ids[local]))
    }
    self.state = state
    self.ids = ids
    firstShard = layout.local.lowerBound
  }

  func part(of shard: Int) -> Part { parts[shard - firstShard] }

  deinit { ids.deallocate() }
}
