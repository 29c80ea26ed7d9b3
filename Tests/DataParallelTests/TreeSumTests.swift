import Tensors
import Testing

@testable import DataParallel

@Suite("Sums along the tree, block by block")
struct TreeSumTests {
  @Test("have the bits of the tree, and leave the partial sums alone", arguments: 1...17)
  func sameBits(shards: Int) {
    // More than a block, and no multiple of it.
    let count = 2500
    let leaves = (0..<shards).map { shard in
      let leaf = Tensor(count)
      RandomStream(seed: 3, purpose: .sampling).normal(item: shard, into: leaf.buffer)
      return leaf
    }
    let before = leaves.map(\.elements)
    var expected = before
    let schedule = ReductionTree(shards: shards).leafAdditions
    for (into, from) in schedule {
      for i in 0..<count { expected[into][i] += expected[from][i] }
    }
    let tree = TreeSum(parts: shards, schedule: schedule)
    let result = Tensor(count)
    result.fill(.nan)
    tree.add(leaves.map(\.pointer), at: 100, count: 2300, into: result.pointer)
    #expect(Array(result.elements[..<2300]) == Array(expected[0][100..<2400]))
    #expect(result.elements[2300...].allSatisfy { $0.isNaN })
    #expect(leaves.map(\.elements) == before)
  }
}
