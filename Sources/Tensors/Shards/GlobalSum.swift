/// A way to sum over all shards in the middle of a step: what global batch norm, distributed
/// moments and evaluation need of the ranks, without knowing of messages.
public protocol GlobalSum: AnyObject {
  /// The layout of shards that the sum runs over.
  var layout: ShardLayout { get }

  /// Sums `width` values a shard over all shards, in the reduction tree's association. Every rank
  /// calls this together. A width that was there before allocates nothing.
  /// - Parameters:
  ///   - values: [local shards, width]: the values of this rank's shards, in order.
  ///   - width: the number of values a shard.
  ///   - total: [width], written to: the same bits on every rank.
  func sum(_ values: UnsafePointer<Double>, width: Int, into total: UnsafeMutablePointer<Double>)
    throws
}

extension GlobalSum {
  /// The sum of `width` values a shard over all shards, [width].
  /// - Parameter values: [local shards, width].
  public func sum(_ values: [Double], width: Int) throws -> [Double] {
    precondition(values.count == layout.local.count * width, "a row a local shard")
    var total = [Double](repeating: 0, count: width)
    try sum(values, width: width, into: &total)
    return total
  }
}

/// Room for the values of all shards, and their sum along the reduction tree.
public final class ShardRows {
  /// [shards, width].
  public let values: UnsafeMutablePointer<Double>
  /// The number of values a shard.
  public let width: Int
  private let additions: [(into: Int, from: Int)]

  /// Zeros.
  public init(shards: Int, width: Int) {
    self.width = width
    additions = ReductionTree(shards: shards).leafAdditions
    values = .allocate(capacity: max(1, shards * width))
    values.initialize(repeating: 0, count: max(1, shards * width))
  }

  deinit { values.deallocate() }

  /// Adds the rows along the tree, into the first, and copies that.
  public func add(into total: UnsafeMutablePointer<Double>) {
    for (into, from) in additions {
      let (sum, part) = (values + into * width, values + from * width)
      for column in 0..<width { sum[column] += part[column] }
    }
    total.update(from: values, count: width)
  }
}
