import Objectives
import Tensors

/// One rank: adds its shards block by block, so that a block's sum is still in the core's cache when the
/// optimizer reads it.
final class SoloReducer: Reducer {
  private let accumulator: Accumulator
  private let leaves: [UnsafeMutablePointer<Float>]
  private let tree: TreeSum
  private let sums: Tensor
  private let blocks: [Range<Int>]

  init(_ accumulator: Accumulator, layout: ShardLayout) {
    self.accumulator = accumulator
    leaves = (0..<layout.shards).map { accumulator.leaf($0).pointer }
    tree = TreeSum(
      parts: layout.shards, schedule: ReductionTree(shards: layout.shards).leafAdditions)
    blocks = buckets(length: accumulator.length, size: 1 << 13)
    sums = Tensor(1 << 13)
  }

  func begin() {}

  func finish(
    owner: SliceUpdate?, _ body: (Range<Int>, UnsafePointer<Float>) -> Void
  ) {
    for block in blocks {
      tree.add(leaves, at: block.lowerBound, count: block.count, into: sums.pointer)
      body(block, sums.pointer)
    }
  }
}
