import Objectives
import Tensors
import Testing

@Suite("Batches and state")
struct BatchTests {
  @Test("a shard shrinks and grows in the same memory")
  func rows() {
    let batch = Batch(shards: 2..<4, width: 3) { $0 + 1 }
    #expect(batch.shards.map(\.index) == [2, 3])
    #expect(batch.shards.map(\.rows) == [3, 4])
    batch.shards[1].room.fill(7)
    for rows in [2, 0, 4] {
      batch.setRows(rows, at: 1)
      #expect(batch.shards[1].rows == rows && batch.shards[1].samples.shape == [rows, 3])
      #expect(batch.shards[1].samples.pointer == batch.shards[1].room.pointer)
    }
    #expect(batch.shards[0].rows == 3)
    #expect((0..<4).allSatisfy { batch.shards[1].labels[$0] == -1 })
  }

  @Test("chains are dealt to ranks without a gap, as shards are", arguments: [0, 1, 3, 7, 100])
  func state(count: Int) {
    for ranks in 1...5 {
      let ranges = (0..<ranks).map { rank in
        let layout = ShardLayout(shards: 5, ranks: ranks, rank: rank)
        let state = ShardedState(name: "chains", count: count, width: 2, layout: layout)
        #expect(state.values.shape == [state.range.count, 2])
        return state.range
      }
      #expect(ranges.flatMap { Array($0) } == Array(0..<count))
    }
  }
}
