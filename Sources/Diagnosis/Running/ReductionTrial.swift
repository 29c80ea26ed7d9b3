import DataParallel
import Foundation
import MessagePassing
import Objectives
import Tensors

/// Sums known numbers over all ranks, along the reduction tree, in the ways that a run may take; then
/// takes the times. All ranks do so together; it calls MPI on the thread that calls it.
final class ReductionTrial: @unchecked Sendable {
  // Unchecked: the thread of the check is the only one to use it.
  private let communicator: Communicator
  private let ways: [Bool]
  private let largest: Int
  private let budget: Double

  /// - Parameters:
  ///   - oneHost: whether all ranks are on one host and may share memory.
  ///   - largest: the largest buffer to be timed, bytes.
  ///   - budget: seconds that the times may take, about.
  init(_ communicator: Communicator, oneHost: Bool, largest: Int, budget: Double) {
    self.communicator = communicator
    ways = oneHost && communicator.size > 1 ? [true, false] : [false]
    self.largest = largest
    self.budget = budget
  }

  func run() throws -> ReductionFacts {
    let trials = try ways.map { try correctness(sharesMemory: $0) }
    guard communicator.size > 1 else { return ReductionFacts(trials: trials, times: []) }
    let end = Clock.now + budget
    return ReductionFacts(
      trials: trials, times: try ways.flatMap { try times(sharesMemory: $0, until: end) })
  }

  private func makeBuffer(
    _ count: Int, shards: Int, sharesMemory: Bool
  ) throws -> (Accumulator, any Reducer, ShardLayout) {
    let layout = ShardLayout(
      shards: shards, ranks: communicator.size, rank: communicator.rank)
    let (accumulator, reducer) = try makeReduction(
      .reproducible, of: SliceLayout([("values", [count])]), metrics: 0, layout: layout,
      communicator: communicator, sharesMemory: sharesMemory)
    return (accumulator, reducer, layout)
  }

  private func reduce(
    _ accumulator: Accumulator, _ reducer: any Reducer, _ places: Int,
    _ body: (Range<Int>, UnsafePointer<Float>) -> Void = { _, _ in }
  ) throws {
    try reducer.begin()
    for place in 0..<places { accumulator.commit(at: place) }
    accumulator.finish(stopRequested: false, finite: true)
    try reducer.finish(body)
  }

  // MARK: - Right, and the same bits

  private func correctness(sharesMemory: Bool) throws -> ReductionFacts.Trial {
    // An odd number of shards: ranks differ in what they own, and the tree is uneven.
    let (shards, count) = (2 * communicator.size + 1, communicator.size > 256 ? 257 : 4099)
    let (accumulator, reducer, layout) = try makeBuffer(
      count, shards: shards, sharesMemory: sharesMemory)
    for (place, shard) in layout.local.enumerated() {
      accumulator.slice(0, at: place).pointer.update(from: Self.values(shard, count), count: count)
    }
    var sums = [Float](repeating: 0, count: count)
    try reduce(accumulator, reducer, layout.local.count) { range, pointer in
      for i in range where i < count { sums[i] = pointer[i - range.lowerBound] }
    }
    let wrong = Self.wrong(sums, shards: shards)
    var sha = SHA256()
    sums.withUnsafeBytes { sha.update($0) }
    return .init(
      transport: Self.name(reducer, communicator.size), wrong: wrong, count: count, digest: sha.hex)
  }

  /// How many sums are not those of all shards along the tree.
  static func wrong(_ sums: [Float], shards: Int) -> Int {
    let expected = tree(shards, sums.count)
    let exact = Float((0..<shards).reduce(0) { $0 + whole($1) })
    return sums.indices.count { i in
      sums[i].bitPattern != expected[i].bitPattern
        || (i % 2 == 1 && sums[i] != exact * Float(i % 16))
    }
  }

  /// A shard's numbers: fractions whose sum depends on the order at even places, whole numbers whose sum
  /// does not at odd ones.
  private static func values(_ shard: Int, _ count: Int) -> [Float] {
    let fractions = Tensor(count)
    RandomStream(seed: 1, purpose: .initialization).uniform(item: shard, into: fractions.buffer)
    return (0..<count).map { i in
      i % 2 == 0 ? fractions.pointer[i] - 0.5 : Float(whole(shard) * (i % 16))
    }
  }

  /// A shard's number, so small that sums times 15 are exact in Float32 (below 2^24) up to 34,000 shards.
  private static func whole(_ shard: Int) -> Int { shard % 64 + 1 }

  /// The same sums, by this rank alone.
  static func tree(_ shards: Int, _ count: Int) -> [Float] {
    var all = (0..<shards).map { values($0, count) }
    for (into, from) in ReductionTree(shards: shards).leafAdditions {
      for i in 0..<count { all[into][i] += all[from][i] }
    }
    return all[0]
  }

  private static func name(_ reducer: any Reducer, _ ranks: Int) -> String {
    ranks == 1 ? "one rank" : reducer.sharesMemory ? "shared memory" : "messages"
  }

  // MARK: - Times

  private func times(sharesMemory: Bool, until end: Double) throws -> [ReductionTime] {
    var times: [ReductionTime] = []
    for bytes in [1 << 10, 16 << 10, 256 << 10, 1 << 20, 16 << 20] where bytes <= largest {
      guard let time = try time(bytes, sharesMemory: sharesMemory, until: end) else { break }
      times.append(time)
    }
    return times
  }

  /// Nil when the time is over.
  private func time(_ bytes: Int, sharesMemory: Bool, until end: Double) throws -> ReductionTime? {
    let (accumulator, reducer, layout) = try makeBuffer(
      bytes / 4, shards: communicator.size, sharesMemory: sharesMemory)
    func sum(_ times: Int) throws -> Double {
      try communicator.barrier()
      return try Clock.seconds {
        for _ in 0..<times { try reduce(accumulator, reducer, layout.local.count) }
      } / Double(times)
    }
    let first = try sum(2)
    // Rank 0 decides for all.
    let left = (end - Clock.now) / 10
    let repeats = first > left * 2 ? 0 : max(1, min(50, Int(min(left, 0.05) / first)))
    let agreed = Int(try communicator.broadcast([UInt8(repeats)])[0])
    guard agreed > 0 else { return nil }
    let best = try (0..<3).map { _ in try sum(agreed) }.min()!
    return ReductionTime(
      transport: Self.name(reducer, communicator.size), bytes: bytes, microseconds: best * 1e6)
  }
}
