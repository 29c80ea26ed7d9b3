import Testing

@testable import Diagnosis

@Suite("Sums that are right") struct ReductionTrialTests {
  @Test("of any number of ranks: a wrong one is seen, and no other", arguments: [3, 1497, 9001])
  func right(shards: Int) {
    var sums = ReductionTrial.tree(shards, 33)
    #expect(ReductionTrial.wrong(sums, shards: shards) == 0)
    sums[15] += 1
    sums[4] = sums[4].nextUp
    #expect(ReductionTrial.wrong(sums, shards: shards) == 2)
  }
}
