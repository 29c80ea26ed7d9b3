import Tensors
import Testing

@Suite("Blocks dealt to ranks")
struct BlockDealTests {
  /// A rank of several, as far as a deal asks.
  private final class Place: GlobalGather {
    let rank: Int
    let ranks: Int
    init(_ rank: Int, of ranks: Int) { (self.rank, self.ranks) = (rank, ranks) }
    func gather(_ values: [Double], counts: [Int]) throws -> [Double] { values }
  }

  @Test(
    "every thing belongs to one rank, in whole blocks",
    arguments: [(0, 8), (1, 8), (8, 8), (65, 8), (1000, 64)], [1, 2, 3, 7, 20])
  func covers(size: (count: Int, block: Int), ranks: Int) {
    var next = 0
    for rank in 0..<ranks {
      let deal = BlockDeal(size.count, block: size.block, across: Place(rank, of: ranks))
      #expect(deal.local.lowerBound == next)
      #expect(deal.counts[rank] == deal.local.count)
      #expect(deal.local.isEmpty || deal.local.lowerBound % size.block == 0)
      #expect(deal.localBlocks.reduce(0) { $0 + deal.range(ofBlock: $1).count } == deal.local.count)
      next = deal.local.upperBound
    }
    #expect(next == size.count)
  }
}
