import Tensors

/// The sum of a value over all shards of all ranks. A program stops here until all shards are as far.
struct ShardSum: Operation {
  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    preconditionFailure("sums over shards are made between the segments of a program")
  }

  /// What is differentiated is a sum over shards too: every shard's use of the total counts.
  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    [cotangent.sumOverShards]
  }
}

extension Variable {
  /// The sum of this value over all shards, each shard's part added along the reduction tree: what batch
  /// norm over the global batch is made of.
  public var sumOverShards: Variable { tape.record(ShardSum(), [self], shape: shape) }
}
