import Tensors
import Testing

@Suite("The reduction tree")
struct ReductionTreeTests {
  /// The definition, by recursion: a span's left half up to a power of two, plus its right half.
  private func sum(_ values: [Float], from first: Int = 0, span: Int) -> Float {
    if span == 1 { return values[first] }
    let left = sum(values, from: first, span: span / 2)
    guard first + span / 2 < values.count else { return left }
    return left + sum(values, from: first + span / 2, span: span / 2)
  }

  private func values(_ count: Int, item: Int) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    values.withUnsafeMutableBufferPointer {
      RandomStream(seed: 11, purpose: .sampling).normal(item: item, into: $0)
    }
    return values
  }

  private func span(_ shards: Int) -> Int {
    var span = 1
    while span < shards { span *= 2 }
    return span
  }

  private func add(_ values: [Float], _ additions: [(into: Int, from: Int)]) -> Float {
    var values = values
    for (into, from) in additions { values[into] += values[from] }
    return values[0]
  }

  @Test("the ranks' roots cover all shards, once and in order", arguments: 1...17)
  func covering(shards: Int) {
    let tree = ReductionTree(shards: shards)
    for ranks in 1...shards {
      var covered: [Int] = []
      for rank in 0..<ranks {
        let owned = ShardLayout(shards: shards, ranks: ranks, rank: rank).local
        let roots = tree.roots(covering: owned)
        #expect(roots.flatMap { Array(tree.range(of: $0)) } == Array(owned))
        #expect(!roots.contains { tree.range(of: $0).isEmpty })
        covered += owned
      }
      #expect(covered == Array(0..<shards))
    }
    #expect(tree.roots(covering: 0..<shards).count == 1)
  }

  @Test("the sum has one value, to the bit, for any number of ranks", arguments: 1...17)
  func sameBits(shards: Int) {
    let tree = ReductionTree(shards: shards)
    for item in 0..<20 {
      let leaves = values(shards, item: item)
      let expected = sum(leaves, span: span(shards))
      #expect(add(leaves, tree.leafAdditions).bitPattern == expected.bitPattern)
      for ranks in 1...shards {
        let roots = (0..<ranks).flatMap {
          tree.roots(covering: ShardLayout(shards: shards, ranks: ranks, rank: $0).local)
        }
        let partial = roots.map { sum(leaves, from: $0.first, span: 1 << $0.level) }
        let total = add(partial, tree.additions(joining: roots))
        #expect(total.bitPattern == expected.bitPattern, "\(ranks) ranks")
      }
    }
  }

  @Test("adding from left to right gives other bits: the test above can fail")
  func anotherOrderDiffers() {
    let different = (4...17).count { shards in
      (0..<20).contains { item in
        let leaves = values(shards, item: item)
        return leaves.dropFirst().reduce(leaves[0], +) != sum(leaves, span: span(shards))
      }
    }
    #expect(different == 14)
  }

  @Test("one addition for each shard but one", arguments: 1...17)
  func additions(shards: Int) {
    let tree = ReductionTree(shards: shards)
    #expect(tree.leafAdditions.count == shards - 1)
    // Whole numbers are exact in any order: nothing is added twice, nothing left out.
    let powers = (0..<shards).map { Double(1 << $0) }
    #expect(tree.sum(powers) == Double((1 << shards) - 1))
  }
}
