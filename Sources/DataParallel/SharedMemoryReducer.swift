import MessagePassing
import Objectives
import Tensors
import Timeline

/// The memory of a reduction on one host: the flat buffers of all shards, and the sums of every rank's
/// slices.
final class SharedSums {
  let layout: ShardLayout
  private let memory: SharedMemory
  private let length: Int

  /// Two counters a rank: buckets that all its shards have committed, and buckets whose slice it has
  /// summed.
  private enum Counter: Int { case ready, summed }

  /// Nil where the ranks cannot share memory.
  init?(_ sums: SliceLayout, _ layout: ShardLayout, _ communicator: Communicator) throws {
    self.layout = layout
    length = sums.count + Accumulator.controlWords
    let most = (0..<layout.ranks).map { layout.owned(by: $0).count }.max()!
    guard let memory = try SharedMemory(communicator, floats: (most + 1) * length, counters: 2)
    else { return nil }
    self.memory = memory
  }

  /// The buffer of a shard of this rank, by its place, [length].
  func leaf(_ place: Int) -> Tensor {
    Tensor(shape: [length], pointer: pointer(layout.rank, place + 1), owner: memory)
  }

  /// The sums of a rank's slices, at their places in the flat buffer.
  func sums(of rank: Int) -> UnsafeMutablePointer<Float> { pointer(rank, 0) }

  /// The buffers of all shards of all ranks, in order.
  var leaves: [UnsafeMutablePointer<Float>] {
    (0..<layout.ranks).flatMap { rank in
      (1...layout.owned(by: rank).count).map { pointer(rank, $0) }
    }
  }

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
/// Of every bucket each rank adds one slice, reading all ranks' shards where they lie; the sums are used
/// where their owner left them, or what it has made of them. Two counters a rank, which only rise, say how far it is. A rank writes
/// shards of the next step when all have summed the last bucket of this one; it writes sums of the next
/// step when all have committed shards of it, so have used the old sums.
final class SharedMemoryReducer: Reducer {
  private let shared: SharedSums
  private var progress: BucketProgress
  /// Every rank's slice of every bucket.
  private let slices: [[Range<Int>]]
  private let leaves: [UnsafeMutablePointer<Float>]
  private let tree: TreeSum
  private let rank: Int
  /// Buckets of all steps before this one.
  private var done: UInt64 = 0

  init(_ accumulator: Accumulator, _ shared: SharedSums, bucketSize: Int) {
    self.shared = shared
    let rank = shared.layout.rank
    self.rank = rank
    let ranks = shared.layout.ranks
    let buckets = DataParallel.buckets(length: accumulator.length, size: bucketSize)
    progress = BucketProgress(buckets)
    slices = buckets.map { bucket in
      (0..<ranks).map { slice($0, of: bucket, ranks: ranks) }
    }
    leaves = shared.leaves
    tree = TreeSum(
      parts: leaves.count, schedule: ReductionTree(shards: leaves.count).leafAdditions)
    accumulator.onReady = { [unowned self] in startReady($0) }
  }

  func begin() { progress.reset() }

  private func startReady(_ range: Range<Int>) {
    progress.ready(range)
    while let bucket = progress.next() {
      shared.publishReady(done + UInt64(bucket) + 1)
    }
  }

  var ownedSlices: [[Range<Int>]]? {
    (0..<slices[0].count).map { rank in slices.map { $0[rank] } }
  }

  func finish(owner: SliceUpdate?, _ body: (Range<Int>, UnsafePointer<Float>) -> Void) {
    precondition(progress.started == progress.buckets.count, "every shard has been committed")
    for bucket in slices.indices {
      sum(bucket, owner)
      // One bucket behind, the others' slices are there without waiting.
      if bucket > 0 { use(bucket - 1, body) }
    }
    use(slices.count - 1, body)
    done += UInt64(slices.count)
  }

  private func sum(_ bucket: Int, _ update: SliceUpdate?) {
    let count = done + UInt64(bucket) + 1
    for other in slices[bucket].indices where other != rank {
      shared.awaitReady(count, of: other)
    }
    let own = slices[bucket][rank]
    let sums = shared.sums(of: rank) + own.lowerBound
    Detail.during("sum") {
      tree.add(leaves, at: own.lowerBound, count: own.count, into: sums)
    }
    update?(own, sums)
    shared.publishSummed(count)
  }

  private func use(_ bucket: Int, _ body: (Range<Int>, UnsafePointer<Float>) -> Void) {
    for (owner, slice) in slices[bucket].enumerated() {
      if owner != rank { shared.awaitSummed(done + UInt64(bucket) + 1, of: owner) }
      body(slice, shared.sums(of: owner) + slice.lowerBound)
    }
  }
}
