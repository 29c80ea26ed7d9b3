/// Sums over shards that are all in this process.
public final class SoloSum: GlobalSum {
  /// All shards, one rank.
  public let layout: ShardLayout
  private let additions: [(into: Int, from: Int)]

  /// Sums over a number of shards.
  public init(shards: Int = 1) {
    layout = ShardLayout(shards: shards)
    additions = ReductionTree(shards: shards).leafAdditions
  }

  /// Adds the rows along the tree.
  public func sum(_ values: [Double], width: Int) throws -> [Double] {
    precondition(values.count == layout.shards * width, "a row a shard")
    var all = values
    for (into, from) in additions {
      for column in 0..<width { all[into * width + column] += all[from * width + column] }
    }
    return Array(all.prefix(width))
  }
}
