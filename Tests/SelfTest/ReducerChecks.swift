import DataParallel
import MessagePassing
import Objectives
import Tensors

/// All reducers (by messages with `SDT_TRANSPORT=messages`), for odd lengths, buckets and shard counts, several steps with the same buffers.
struct ReducerChecks {
  private let communicator: Communicator

  init(_ communicator: Communicator) { self.communicator = communicator }

  func run() throws {
    let ranks = communicator.size
    for shards in Set([ranks, ranks + 1, 8, 13]).sorted() where shards >= ranks {
      for (length, bucket) in [
        (1, 1 << 18), (3, 2), (100, 7), (101, 1), (1023, 64), (5000, 1 << 18),
      ] {
        for mode in ReductionMode.allCases { try reduce(mode, shards, length, bucket) }
      }
    }
    // More buckets than there are tags.
    for mode in ReductionMode.allCases { try reduce(mode, 8, 1100, 1) }
  }

  /// The value of a shard: of all magnitudes, so that another association shows.
  private func value(_ shard: Int, _ place: Int, _ step: Int) -> Float {
    let word = UInt32(truncatingIfNeeded: (shard * 7919 + place * 104_729 + step * 15_485_863) | 1)
    let mixed = word &* 2_654_435_761
    let sign: Float = mixed & 1 == 0 ? 1 : -1
    return sign * Float(mixed >> 8) * (mixed & 2 == 0 ? 1e-3 : 1e3)
  }

  private func reduce(_ mode: ReductionMode, _ shards: Int, _ length: Int, _ bucket: Int) throws {
    let layout = ShardLayout(shards: shards, ranks: communicator.size, rank: communicator.rank)
    // Two slices, committed one after the other, the first of them over a bucket's end.
    let head = length / 3
    let sums = SliceLayout([("head", [head]), ("tail", [length - head])])
    let (accumulator, reducer) = try makeReduction(
      mode, of: sums, metrics: 0, layout: layout, communicator: communicator, bucketSize: bucket)
    for step in 0..<3 {
      let found = try run(reducer, accumulator, layout, step)
      let name = "\(mode), \(shards) shards, \(length) elements, buckets of \(bucket), step \(step)"
      try compare(found, shards, step, isExact: mode == .reproducible, name)
    }
  }

  private func run(
    _ reducer: any Reducer, _ accumulator: Accumulator, _ layout: ShardLayout, _ step: Int
  ) throws -> [Float] {
    try reducer.begin()
    for (place, shard) in layout.local.enumerated() {
      for (number, slice) in accumulator.sums.slices.enumerated() {
        let target = accumulator.slice(number, at: place)
        for i in 0..<slice.count { target.pointer[i] = value(shard, slice.offset + i, step) }
        accumulator.commit(slice: number, at: place)
      }
    }
    accumulator.finish(stopRequested: layout.rank == 0, finite: true)
    var found = [Float](repeating: .nan, count: accumulator.length)
    try reducer.finish { range, sums in
      for (i, place) in range.enumerated() { found[place] = sums[i] }
    }
    return found
  }

  private func compare(
    _ found: [Float], _ shards: Int, _ step: Int, isExact: Bool, _ name: String
  ) throws {
    let additions = ReductionTree(shards: shards).leafAdditions
    let length = found.count - Accumulator.controlWords
    for place in 0..<length {
      var values = (0..<shards).map { value($0, place, step) }
      let size = values.reduce(0) { $0 + abs($1) }
      for (into, from) in additions { values[into] += values[from] }
      let isRight =
        isExact ? found[place] == values[0] : abs(found[place] - values[0]) <= size * 1e-5
      try check(isRight, "\(name): element \(place) is \(found[place]), not \(values[0])")
    }
    try check(found.suffix(2) == [1, 0], "\(name): control words \(found.suffix(2))")
  }
}
