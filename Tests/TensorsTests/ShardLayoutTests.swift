import Tensors
import Testing

@Suite("The layout of shards")
struct ShardLayoutTests {
  @Test("parts follow each other, cover everything, and differ by at most one", arguments: 1...9)
  func partition(parts: Int) {
    for count in [0, 1, 5, 9, 64, 1000, 60_000] {
      let ranges = (0..<parts).map { part($0, of: parts, in: count) }
      #expect(ranges.first?.lowerBound == 0 && ranges.last?.upperBound == count)
      #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
      let sizes = ranges.map(\.count)
      #expect(sizes.max()! - sizes.min()! <= 1)
    }
  }

  @Test("every rank owns at least one shard", arguments: 1...17)
  func ownership(shards: Int) {
    for ranks in 1...shards {
      let layouts = (0..<ranks).map { ShardLayout(shards: shards, ranks: ranks, rank: $0) }
      #expect(layouts.flatMap { Array($0.local) } == Array(0..<shards))
      #expect(layouts.allSatisfy { !$0.local.isEmpty })
    }
  }

  @Test("a shard's part of a batch does not depend on the number of ranks")
  func rankFree() {
    for shard in 0..<5 {
      let ranges = (1...5).map { ShardLayout(shards: 5, ranks: $0).range(of: shard, in: 123) }
      #expect(Set(ranges).count == 1)
    }
  }
}
