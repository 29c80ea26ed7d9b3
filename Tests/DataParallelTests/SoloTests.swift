import MessagePassing
import Objectives
import Tensors
import Testing

@testable import DataParallel

@Suite("One rank by itself")
struct SoloTests {
  @Test("the reducer hands out the accumulator's root, once", arguments: ReductionMode.allCases)
  func reducer(mode: ReductionMode) throws {
    let layout = ShardLayout(shards: 3)
    let (accumulator, reducer) = try makeReduction(
      mode, of: SliceLayout([("weights", [2, 2])]), metrics: 0, layout: layout,
      communicator: .solo(), bucketSize: 2)
    for step in 1...2 {
      try reducer.begin()
      for place in 0..<3 {
        accumulator.slice(0, at: place).fill(Float(step * (place + 1)))
        accumulator.commit(at: place)
      }
      accumulator.finish(stopRequested: true, finite: false)
      var seen: [Float] = Array(repeating: .nan, count: accumulator.length)
      var covered = 0
      try reducer.finish { range, sums in
        for (i, place) in range.enumerated() { seen[place] = sums[i] }
        covered += range.count
      }
      #expect(covered == accumulator.length)
      #expect(seen == Array(repeating: Float(6 * step), count: 4) + [1, 1])
    }
  }

  @Test("values of shards are summed along the tree")
  func globalSum() throws {
    let layout = ShardLayout(shards: 3)
    let sum = RankSum(.solo(), layout: layout)
    // 1e16 + 1 is 1e16 in Float64: (a + b) + c is 0 here, a + (b + c) would be 1.
    let found = try sum.sum([1, 1, 10, 1e16, 100, -1e16], width: 2)
    #expect(found == [111, 0])
    #expect(found[1] == ReductionTree(shards: 3).sum([1, 1e16, -1e16]))
  }

  @Test("partial sums of all ranks join in the tree's order", arguments: 1...9)
  func partialSums(shards: Int) {
    for ranks in 1...shards {
      let parts = PartialSums(ShardLayout(shards: shards, ranks: ranks))
      #expect(parts.additions.count == parts.places.count - 1)
      #expect(parts.places.map(\.rank) == parts.places.map(\.rank).sorted())
      #expect(Set(parts.places.map(\.rank)).count == ranks)
    }
  }

  @Test("one process gathers what it has")
  func communicator() throws {
    let solo = Communicator.solo()
    #expect(solo.rank == 0 && solo.size == 1 && solo.libraryVersion == nil)
    #expect(try solo.allGather([1, 2]) == [[1, 2]])
    #expect(try solo.allGather([1.5], counts: [1]) == [1.5])
    #expect(try solo.broadcast([3]) == [3])
    #expect(
      try [Float](arrayLiteral: 1, 2).withUnsafeBufferPointer { try solo.gather($0) } == [1, 2])
    try solo.barrier()
    try solo.finalize()
  }

  @Test("a launcher is recognised by what it sets")
  func environment() {
    func read(_ values: [String: String]) -> [Int?] {
      let environment = LauncherEnvironment(values)
      return [environment.rank, environment.size]
    }
    #expect(read([:]) == [0, nil])
    #expect(read(["OMPI_COMM_WORLD_RANK": "2", "OMPI_COMM_WORLD_SIZE": "4"]) == [2, 4])
    #expect(read(["PMI_RANK": "1", "PMI_SIZE": "2"]) == [1, 2])
    #expect(read(["PMIX_RANK": "3", "SLURM_NTASKS": "5"]) == [3, 5])
    // A batch script: Slurm is there, but srun did not start this process.
    #expect(read(["SLURM_NTASKS": "5"]) == [0, nil])
    #expect(read(["SDT_MPI_INIT": "0", "PMI_RANK": "1", "PMI_SIZE": "2"]) == [1, nil])
    #expect(read(["SDT_MPI_INIT": "1"]) == [0, 1])
  }
}
