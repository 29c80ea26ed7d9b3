/// A way to sum over all shards in the middle of a step: what global batch norm, distributed
/// moments and evaluation need of the ranks, without knowing of messages.
public protocol GlobalSum: AnyObject {
  /// The layout of shards that the sum runs over.
  var layout: ShardLayout { get }

  /// Sums `width` values a shard over all shards, in the reduction tree's association. Every rank
  /// calls this together.
  /// - Parameters:
  ///   - values: [local shards, width]: the values of this rank's shards, in order.
  ///   - width: the number of values a shard.
  /// - Returns: [width], the same bits on every rank.
  func sum(_ values: [Double], width: Int) throws -> [Double]
}
