import MessagePassing
import Tensors

/// Sums values of all shards over the ranks of a communicator, in the tree's association.
public final class RankSum: GlobalSum {
  /// Where the values of a width lie, and how many each rank brings.
  private struct Exchange {
    let rows: ShardRows
    let parts: GatherParts
  }

  /// The layout of shards that the sum runs over.
  public let layout: ShardLayout
  private let communicator: Communicator
  private var exchanges: [Int: Exchange] = [:]

  /// Sums over the shards of a layout.
  public init(_ communicator: Communicator, layout: ShardLayout) {
    precondition(layout.rank == communicator.rank && layout.ranks == communicator.size)
    self.communicator = communicator
    self.layout = layout
  }

  /// Every rank gets every shard's values and adds them itself: few numbers, one message.
  public func sum(
    _ values: UnsafePointer<Double>, width: Int, into total: UnsafeMutablePointer<Double>
  ) throws {
    let exchange = try exchange(width)
    try communicator.allGather(values, exchange.parts, into: exchange.rows.values)
    exchange.rows.add(into: total)
  }

  private func exchange(_ width: Int) throws -> Exchange {
    if let exchange = exchanges[width] { return exchange }
    let counts = (0..<layout.ranks).map { layout.owned(by: $0).count * width }
    let exchange = Exchange(
      rows: ShardRows(shards: layout.shards, width: width), parts: try GatherParts(counts))
    exchanges[width] = exchange
    return exchange
  }
}
