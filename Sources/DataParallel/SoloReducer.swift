import Objectives
import Tensors

/// One rank: its root is the sum over all shards. Shards are added and used block by block, so that a
/// block is still in the core's cache when the optimizer reads it.
final class SoloReducer: Reducer {
  private let accumulator: Accumulator
  private let blocks: [Range<Int>]

  init(_ accumulator: Accumulator) {
    self.accumulator = accumulator
    blocks = buckets(length: accumulator.length, size: 1 << 14)
  }

  func begin() {}

  func finish(_ body: (Range<Int>, UnsafePointer<Float>) -> Void) {
    for block in blocks {
      accumulator.merge(block)
      body(block, accumulator.root(0).pointer + block.lowerBound)
    }
  }
}
