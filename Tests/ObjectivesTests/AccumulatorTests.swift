import Objectives
import Tensors
import Testing

@Suite("The accumulator")
struct AccumulatorTests {
  static let layout = SliceLayout([("weights", [5, 3]), ("bias", [3]), ("sum", [1])])

  /// What shard `shard` adds, in a step.
  private func leaf(_ shard: Int, step: Int) -> [Float] {
    let tensor = Tensor(Self.layout.count)
    RandomStream(seed: 51, purpose: .sampling, step: step).normal(item: shard, into: tensor.buffer)
    return tensor.elements
  }

  private func fill(_ accumulator: Accumulator, slice: Int, place: Int, with leaf: [Float]) {
    let range = Self.layout.slices[slice].range
    let target = accumulator.slice(slice, at: place)
    target.assign(Tensor(shape: target.shape, elements: Array(leaf[range])))
  }

  /// A step of one rank: fills and commits all local shards.
  private func run(_ accumulator: Accumulator, _ layout: ShardLayout, step: Int, bySlice: Bool) {
    for (place, shard) in layout.local.enumerated() {
      let leaf = leaf(shard, step: step)
      for slice in Self.layout.slices.indices {
        fill(accumulator, slice: slice, place: place, with: leaf)
        if bySlice { accumulator.commit(slice: slice, at: place) }
      }
      if !bySlice { accumulator.commit(at: place) }
    }
    accumulator.finish(stopRequested: layout.rank == 1, finite: layout.rank % 3 != 2)
    // In two pieces: where a range is cut must not matter.
    accumulator.merge(0..<7)
    accumulator.merge(7..<accumulator.length)
  }

  /// All ranks' roots joined along the tree.
  private func total(_ accumulators: [Accumulator], shards: Int) -> [Float] {
    var roots = accumulators.flatMap { a in a.roots.indices.map { a.root($0).elements } }
    let nodes = accumulators.flatMap(\.roots)
    for (into, from) in ReductionTree(shards: shards).additions(joining: nodes) {
      for i in roots[into].indices { roots[into][i] += roots[from][i] }
    }
    return roots[0]
  }

  /// The definition: leaves added along the tree.
  private func expected(shards: Int, step: Int) -> [UInt32] {
    var leaves = (0..<shards).map { leaf($0, step: step) }
    for (into, from) in ReductionTree(shards: shards).leafAdditions {
      for i in leaves[into].indices { leaves[into][i] += leaves[from][i] }
    }
    return leaves[0].map(\.bitPattern)
  }

  @Test("the sums have the same bits for any number of ranks, in every step", arguments: 1...13)
  func sameBits(shards: Int) {
    for ranks in 1...shards {
      let layouts = (0..<ranks).map { ShardLayout(shards: shards, ranks: ranks, rank: $0) }
      let accumulators = layouts.map { Accumulator(sums: Self.layout, metrics: 0, layout: $0) }
      // The second step must not see what the first one left in the buffers.
      for (step, bySlice) in [false, true].enumerated() {
        for (accumulator, layout) in zip(accumulators, layouts) {
          run(accumulator, layout, step: step, bySlice: bySlice)
        }
        let sum = total(accumulators, shards: shards)
        let gradient = sum[..<Self.layout.count].map(\.bitPattern)
        #expect(gradient == expected(shards: shards, step: step), "\(ranks) ranks")
        // The control words count ranks: one asks for a stop, every third saw a bad number.
        #expect(Array(sum[Self.layout.count...]) == [ranks > 1 ? 1 : 0, Float(ranks / 3)])
      }
    }
  }

  @Test("a slice committed alone has the bits of one committed with all", arguments: [1, 2, 5, 8])
  func bySlice(shards: Int) {
    let layout = ShardLayout(shards: shards)
    let sums = [false, true].map { bySlice in
      let accumulator = Accumulator(sums: Self.layout, metrics: 0, layout: layout)
      run(accumulator, layout, step: 0, bySlice: bySlice)
      return accumulator.root(0).elements.map(\.bitPattern)
    }
    #expect(sums[0] == sums[1])
  }

  @Test("a range is ready once, when the last local shard has committed it")
  func ready() {
    for (ranks, rank) in [(1, 0), (2, 0), (2, 1), (5, 3)] {
      let layout = ShardLayout(shards: 5, ranks: ranks, rank: rank)
      let accumulator = Accumulator(sums: Self.layout, metrics: 0, layout: layout)
      var ready: [Range<Int>] = []
      accumulator.onReady = { ready.append($0) }
      let last = layout.local.count - 1
      for place in 0...last {
        #expect(ready.isEmpty)
        for slice in [2, 0, 1] { accumulator.commit(slice: slice, at: place) }
      }
      #expect(ready == [2, 0, 1].map { Self.layout.slices[$0].range })
      accumulator.finish(stopRequested: false, finite: true)
      #expect(ready.last == Self.layout.count..<Self.layout.count + 2)
      #expect(ready.count == 4)

      ready = []
      for place in 0...last { accumulator.commit(at: place) }
      #expect(ready == [0..<Self.layout.count])
    }
  }

  @Test("shards lie in the memory that is given for them", arguments: [(3, 2), (8, 3)])
  func memory(shards: Int, ranks: Int) {
    for rank in 0..<ranks {
      let layout = ShardLayout(shards: shards, ranks: ranks, rank: rank)
      let memory = (0..<4).map { _ in Tensor(Self.layout.count + Accumulator.controlWords) }
      let given = Accumulator(sums: Self.layout, metrics: 0, layout: layout) { memory[$0] }
      let own = Accumulator(sums: Self.layout, metrics: 0, layout: layout)
      for accumulator in [given, own] { run(accumulator, layout, step: 0, bySlice: false) }
      for place in layout.local.indices.map({ $0 - layout.local.lowerBound }) {
        #expect(memory[place].elements == own.leaf(place).elements)
      }
    }
  }

  @Test("metrics are kept by local shard, as sums with their counts")
  func metrics() {
    let layout = ShardLayout(shards: 4, ranks: 2, rank: 1)
    let accumulator = Accumulator(sums: Self.layout, metrics: 2, layout: layout)
    accumulator.addMetric(0, 1.5, count: 3, at: 0)
    accumulator.addMetric(0, 2, count: 4, at: 0)
    accumulator.addMetric(1, -1, count: 5, at: 1)
    #expect(accumulator.metricSums == [3.5, 7, 0, 0, 0, 0, -1, 5])
    #expect(accumulator.metricsAreFinite)
    let stored = accumulator.metricSums
    accumulator.addMetric(1, .infinity, count: 1, at: 0)
    #expect(!accumulator.metricsAreFinite)
    accumulator.resetMetrics()
    #expect(accumulator.metricSums == Array(repeating: 0, count: 8))
    accumulator.restoreMetrics(stored)
    #expect(accumulator.metricSums == stored)
  }
}
