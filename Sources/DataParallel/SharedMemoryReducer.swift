import MessagePassing
import Objectives
import Tensors

/// The memory of a reduction on one host: every rank's roots, and the sums of every rank's slices.
final class SharedSums {
  let layout: ShardLayout
  private let memory: SharedMemory
  private let length: Int
  private let parts: PartialSums

  /// Two counters a rank: buckets whose partial sums are there, and buckets whose slice is summed.
  private enum Counter: Int { case ready, summed }

  /// Nil where the ranks cannot share memory.
  init?(_ sums: SliceLayout, _ layout: ShardLayout, _ communicator: Communicator) throws {
    self.layout = layout
    length = sums.count + Accumulator.controlWords
    let parts = PartialSums(layout)
    self.parts = parts
    let roots = (0..<layout.ranks).map { rank in parts.places.count { $0.rank == rank } }.max()!
    guard
      let memory = try SharedMemory(communicator, floats: (roots + 1) * length, counters: 2)
    else { return nil }
    self.memory = memory
  }

  /// The buffer of a root of this rank, [length].
  func root(_ number: Int) -> Tensor {
    Tensor(shape: [length], pointer: pointer(layout.rank, number + 1), owner: memory)
  }

  /// The sums of a rank's slices, at their places in the flat buffer.
  func sums(of rank: Int) -> UnsafeMutablePointer<Float> { pointer(rank, 0) }

  /// The partial sums of all ranks, in the tree's order.
  var partials: [UnsafeMutablePointer<Float>] {
    parts.places.map { pointer($0.rank, $0.root + 1) }
  }

  var additions: [(into: Int, from: Int)] { parts.additions }

  func publishReady(_ count: UInt64) {
    memory.publish(count, counter: Counter.ready.rawValue, of: layout.rank)
  }

  func publishSummed(_ count: UInt64) {
    memory.publish(count, counter: Counter.summed.rawValue, of: layout.rank)
  }

  func awaitReady(_ count: UInt64, of rank: Int) {
    memory.await(count, counter: Counter.ready.rawValue, of: rank)
  }

  func awaitSummed(_ count: UInt64, of rank: Int) {
    memory.await(count, counter: Counter.summed.rawValue, of: rank)
  }

  private func pointer(_ rank: Int, _ number: Int) -> UnsafeMutablePointer<Float> {
    memory.floats(of: rank) + number * length
  }
}

/// Sums over the ranks of one host along the reduction tree, in memory that they share: the same bits
/// as by messages, without copies.
///
/// Of every bucket each rank adds one slice, reading the other ranks' partial sums where they lie; the
/// sums are used where their owner left them. Two counters a rank, which only rise, say how far it is.
/// A rank writes its partial sums of the next step when all have summed the last bucket of this one;
/// it writes sums of the next step when all have made partial sums for it, so have used the old ones.
final class SharedMemoryReducer: Reducer {
  private let accumulator: Accumulator
  private let shared: SharedSums
  private var progress: BucketProgress
  /// Every rank's slice of every bucket.
  private let slices: [[Range<Int>]]
  /// Every bucket's partial sums of this rank's slice.
  private let partials: [[UnsafeMutablePointer<Float>]]
  private let additions: [(into: Int, from: Int)]
  private let rank: Int
  /// Buckets of all steps before this one.
  private var done: UInt64 = 0

  init(_ accumulator: Accumulator, _ shared: SharedSums, bucketSize: Int) {
    self.accumulator = accumulator
    self.shared = shared
    let rank = shared.layout.rank
    self.rank = rank
    let ranks = shared.layout.ranks
    let buckets = DataParallel.buckets(length: accumulator.length, size: bucketSize)
    progress = BucketProgress(buckets)
    slices = buckets.map { bucket in
      (0..<ranks).map { slice($0, of: bucket, ranks: ranks) }
    }
    partials = slices.map { slices in
      shared.partials.map { $0 + slices[rank].lowerBound }
    }
    additions = shared.additions
    accumulator.onReady = { [unowned self] in startReady($0) }
  }

  func begin() { progress.reset() }

  private func startReady(_ range: Range<Int>) {
    progress.ready(range)
    while let bucket = progress.next() {
      accumulator.merge(progress.buckets[bucket])
      shared.publishReady(done + UInt64(bucket) + 1)
    }
  }

  func finish(_ body: (Range<Int>, UnsafePointer<Float>) -> Void) {
    precondition(progress.started == progress.buckets.count, "every shard has been committed")
    for bucket in slices.indices {
      sum(bucket)
      // One bucket behind, the others' slices are there without waiting.
      if bucket > 0 { use(bucket - 1, body) }
    }
    use(slices.count - 1, body)
    done += UInt64(slices.count)
  }

  private func sum(_ bucket: Int) {
    let count = done + UInt64(bucket) + 1
    for other in slices[bucket].indices where other != rank {
      shared.awaitReady(count, of: other)
    }
    let own = slices[bucket][rank]
    addPartials(
      partials[bucket], additions, into: shared.sums(of: rank) + own.lowerBound, count: own.count)
    shared.publishSummed(count)
  }

  private func use(_ bucket: Int, _ body: (Range<Int>, UnsafePointer<Float>) -> Void) {
    for (owner, slice) in slices[bucket].enumerated() {
      if owner != rank { shared.awaitSummed(done + UInt64(bucket) + 1, of: owner) }
      body(slice, shared.sums(of: owner) + slice.lowerBound)
    }
  }
}
