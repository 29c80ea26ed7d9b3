import Testing

@testable import Datasets

@Suite struct EpochPlanTests {
  /// Every sample id that an epoch visits, in order, over all shards.
  private func visits(_ plan: EpochPlan, epoch: Int) -> [Int] {
    var seen: [Int] = []
    for step in 0..<plan.stepsPerEpoch {
      for shard in 0..<plan.shards {
        let source = plan.source(of: shard)
        for position in plan.positions(of: shard, step: step) {
          let window = plan.window(containing: position)
          let rows = plan.blocks(window: window, of: source, epoch: epoch).flatMap { Array($0) }
          var order: [Int32] = []
          plan.shuffle(window: window, of: source, epoch: epoch, into: &order)
          seen.append(rows[Int(order[position - plan.window(window, of: source).lowerBound])])
        }
      }
    }
    return seen
  }

  @Test(arguments: [SampleOrder.shard, .global, nil], [1 << 30, 4096])
  func visitsEverySampleOnce(order: SampleOrder?, memory: Int) {
    // 64 KiB samples: blocks of four; a small budget makes many windows.
    let plan = EpochPlan(
      count: 53, globalBatch: 10, shards: 4, order: order, seed: 3, sampleBytes: 65536,
      memory: memory == 4096 ? 65536 * 8 : 65536 * 100)
    for epoch in 0..<3 {
      let seen = visits(plan, epoch: epoch)
      #expect(seen.sorted() == Array(0..<53))
      #expect((0..<plan.stepsPerEpoch).reduce(0) { $0 + plan.globalCount(step: $1) } == 53)
    }
    if order != nil { #expect(visits(plan, epoch: 0) != visits(plan, epoch: 1)) }
    #expect(visits(plan, epoch: 1) == visits(plan, epoch: 1))
  }

  @Test func sequentialOrderIsTheDatasets() {
    let plan = EpochPlan(
      count: 20, globalBatch: 4, shards: 1, order: nil, seed: 3, sampleBytes: 65536, memory: 1)
    #expect(visits(plan, epoch: 5) == Array(0..<20))
  }

  @Test func windowsFollowTheBudget() {
    let small = EpochPlan(
      count: 1000, globalBatch: 10, shards: 2, order: .shard, seed: 1, sampleBytes: 65536,
      memory: 65536 * 64)
    #expect(small.block == 4)
    #expect(small.windowBlocks == 4)
    let large = EpochPlan(
      count: 1000, globalBatch: 10, shards: 2, order: .shard, seed: 1, sampleBytes: 65536,
      memory: 65536 * 1000)
    #expect(large.windowCount(of: 0) == 1)
  }
}
