import Objectives
import Tensors

/// The rows that a shard's chains have in a state, and what they draw as.
struct ChainRows {
  /// [chains of the shard, width], a view of the state.
  let states: Tensor
  /// Global indices of the chains.
  let ids: UnsafeBufferPointer<UInt32>
}

/// States of chains, or of groups of replicas side by side, dealt to shards.
final class ChainState {
  let state: ShardedState
  /// The most chains, replicas counted: items that can be told apart.
  static let mostItems = Int(UInt32.max) + 1

  private let parts: [ChainRows]
  private let firstShard: Int
  private let ids: UnsafeMutableBufferPointer<UInt32>

  /// Starts every unit where no parameter has a part in: at a fair coin, or a standard normal number.
  /// - Parameters:
  ///   - count: the number of rows of the state over all ranks.
  ///   - replicas: how many states of the layer a row holds; each draws as an item of its own. All of them
  ///     together are at most 2³², the number of items.
  ///   - round: tells the draws of several machines of a run apart.
  init(
    name: String, count: Int, replicas: Int = 1, layer: UnitLayer, seed: UInt64,
    round: Int = 0, layout: ShardLayout
  ) {
    let width = layer.count
    precondition(count * replicas <= Self.mostItems, "an item for every chain")
    let state = ShardedState(
      name: name, count: count, width: replicas * width, layout: layout)
    let first = state.range.lowerBound * replicas
    let rows = state.range.count * replicas
    let ids = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: max(rows, 1))
    ids.initialize(repeating: 0)
    for place in 0..<rows { ids[place] = UInt32(first + place) }
    let all = state.values.view(offset: 0, shape: [rows, width])
    if rows > 0 {
      let stream = RandomStream(seed: seed, purpose: .chainStart).at(step: 0, round: round)
      layer.drawStart(into: all, stream, ids.baseAddress!)
    }
    parts = layout.local.map { shard in
      let range = layout.range(of: shard, in: count)
      let local = range.lowerBound * replicas - first..<range.upperBound * replicas - first
      return ChainRows(states: all.rows(local), ids: UnsafeBufferPointer(rebasing: ids[local]))
    }
    (self.state, self.ids, firstShard) = (state, ids, layout.local.lowerBound)
  }

  func part(of shard: Int) -> ChainRows { parts[shard - firstShard] }

  deinit { ids.deallocate() }
}
