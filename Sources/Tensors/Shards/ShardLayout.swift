/// How the work is cut into logical shards, and the shards dealt to ranks.
///
/// The number of shards comes from the configuration, never from the number of ranks; with it come
/// the shapes of all products and the association of all sums, and so the bits of the result.
public struct ShardLayout: Sendable, Equatable {
  /// The number of logical shards.
  public let shards: Int
  /// The number of ranks, at most `shards`.
  public let ranks: Int
  /// This rank.
  public let rank: Int

  /// - Precondition: `0 <= rank < ranks <= shards`.
  public init(shards: Int, ranks: Int = 1, rank: Int = 0) {
    precondition(0 <= rank && rank < ranks && ranks <= shards, "ranks from 1 to shards")
    self.shards = shards
    self.ranks = ranks
    self.rank = rank
  }

  /// The shards of this rank.
  public var local: Range<Int> { owned(by: rank) }

  /// The shards of a rank: a contiguous range, sizes differing by at most one.
  public func owned(by rank: Int) -> Range<Int> {
    part(rank, of: ranks, in: shards)
  }

  /// A shard's part of `count` things (samples of a dataset, rows of a batch, chains).
  public func range(of shard: Int, in count: Int) -> Range<Int> {
    part(shard, of: shards, in: count)
  }
}

/// Part `index` of `parts` nearly equal contiguous parts of `0..<count`.
public func part(_ index: Int, of parts: Int, in count: Int) -> Range<Int> {
  count * index / parts..<count * (index + 1) / parts
}
