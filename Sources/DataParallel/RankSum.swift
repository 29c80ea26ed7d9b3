import MessagePassing
import Tensors

/// Sums values of all shards over the ranks of a communicator, in the tree's association.
public final class RankSum: GlobalSum {
  /// The layout of shards that the sum runs over.
  public let layout: ShardLayout
  private let communicator: Communicator
  private let additions: [(into: Int, from: Int)]

  /// Sums over the shards of a layout.
  public init(_ communicator: Communicator, layout: ShardLayout) {
    precondition(layout.rank == communicator.rank && layout.ranks == communicator.size)
    self.communicator = communicator
    self.layout = layout
    additions = ReductionTree(shards: layout.shards).leafAdditions
  }

  /// Every rank gets every shard's values and adds them itself: few numbers, one message.
  public func sum(_ values: [Double], width: Int) throws -> [Double] {
    precondition(values.count == layout.local.count * width, "a row a local shard")
    let counts = (0..<layout.ranks).map { layout.owned(by: $0).count * width }
    var all = try communicator.allGather(values, counts: counts)
    for (into, from) in additions {
      for column in 0..<width { all[into * width + column] += all[from * width + column] }
    }
    return Array(all.prefix(width))
  }
}
