import Tensors

/// Samples cut into logical shards, to be visited several times.
public protocol ShardedSamples: AnyObject {
  /// The number of samples of all shards.
  var count: Int { get }
  /// The number of values of a sample.
  var width: Int { get }

  /// Gives the samples of a shard, in order, in blocks [rows, width]. The numbers of rows depend on
  /// the shard alone, never on the number of ranks: they are shapes of products.
  func forEachBlock(of shard: Int, _ body: (Tensor) throws -> Void) throws
}

/// Samples in the memory of this process.
public final class SamplesInMemory: ShardedSamples {
  /// The number of samples.
  public var count: Int { samples.shape[0] }
  /// The number of values of a sample.
  public var width: Int { samples.shape[1] }
  private let samples: Tensor
  private let shards: Int
  private let block: Int

  /// Samples [N, width], in a number of shards.
  public init(_ samples: Tensor, shards: Int = 1, block: Int = 512) {
    self.samples = samples
    self.shards = shards
    self.block = block
  }

  /// Views of the samples.
  public func forEachBlock(of shard: Int, _ body: (Tensor) throws -> Void) throws {
    let range = part(shard, of: shards, in: count)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: block) {
      try body(samples.rows(start..<min(start + block, range.upperBound)))
    }
  }
}
