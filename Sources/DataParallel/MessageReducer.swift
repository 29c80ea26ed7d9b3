import MessagePassing
import Objectives
import Tensors
import Timeline

/// Sums over ranks along the reduction tree by messages: the same bits on any number of ranks and hosts.
///
/// Each bucket is cut in one slice a rank. Every rank sends its canonical partial sums (the
/// accumulator's roots) of a slice to the slice's owner, who adds them in the tree's order; then
/// the owners' sums go to all. That is reduce-scatter and all-gather: each element crosses the
/// network twice, as in the best all-reduce, with one partial sum a rank when ranks divide shards
/// evenly by powers of two and a few more otherwise.
/// Source for the bandwidth argument: Patarasuk and Yuan, "Bandwidth optimal all-reduce
/// algorithms for clusters of workstations", 2009.
final class MessageReducer: Reducer {
  private let accumulator: Accumulator
  private let ranks: Int
  private let exchanges: [BucketExchange]
  private var buckets: BucketProgress
  private let result: Tensor
  private var failure: (any Error)?

  init(
    _ accumulator: Accumulator, layout: ShardLayout, bucketSize: Int
  ) throws {
    self.accumulator = accumulator
    ranks = layout.ranks
    result = Tensor(accumulator.length)
    let result = self.result
    buckets = BucketProgress(
      DataParallel.buckets(length: accumulator.length, size: bucketSize))
    let parts = PartialSums(layout)
    let tree = TreeSum(parts: parts.places.count, schedule: parts.additions)
    exchanges = try buckets.buckets.enumerated().map { number, range in
      try BucketExchange(
        number: number, range: range, accumulator: accumulator, result: result, parts: parts,
        tree: tree, layout: layout)
    }
    accumulator.onReady = { [unowned self] in startReady($0) }
  }

  func begin() {
    buckets.reset()
    failure = nil
  }

  var ownedSlices: [[Range<Int>]]? {
    (0..<ranks).map { rank in buckets.buckets.map { slice(rank, of: $0, ranks: ranks) } }
  }

  func finish(
    owner: SliceUpdate?, _ body: (Range<Int>, UnsafePointer<Float>) -> Void
  ) throws {
    if let failure { throw failure }
    precondition(buckets.started == exchanges.count, "every shard has been committed")
    for exchange in exchanges where !exchange.isShared { try exchange.addAndShare(owner) }
    for exchange in exchanges {
      try exchange.wait()
      body(exchange.range, result.pointer + exchange.range.lowerBound)
    }
  }

  /// Sends on what has arrived. Only for sums that no owner makes anything else of.
  func progress() throws {
    try Activity.reduce.during("progress") {
      for exchange in exchanges[..<buckets.started] { try exchange.advance() }
    }
  }

  private func startReady(_ range: Range<Int>) {
    buckets.ready(range)
    do {
      while let bucket = buckets.next() {
        try Activity.reduce.during("send") {
          accumulator.merge(buckets.buckets[bucket])
          try exchanges[bucket].scatter()
        }
      }
    } catch {
      failure = error
    }
  }
}

/// The messages of one bucket: partial sums to the owners of its slices, sums back to all.
private final class BucketExchange {
  let range: Range<Int>
  private let scattering: Requests
  private let sharing: Requests
  private let own: Range<Int>
  /// Where each partial sum of this rank's slice lies: in a root of its own, or received.
  private var partials: [UnsafeMutablePointer<Float>]
  private let received: Tensor
  private let tree: TreeSum
  private let result: Tensor
  /// Whether this rank has added its slice and sends it to all.
  private(set) var isShared = false

  init(
    number: Int, range: Range<Int>, accumulator: Accumulator, result: Tensor, parts: PartialSums,
    tree: TreeSum, layout: ShardLayout
  ) throws {
    func slice(_ rank: Int) -> Range<Int> {
      DataParallel.slice(rank, of: range, ranks: layout.ranks)
    }
    self.range = range
    self.result = result
    own = slice(layout.rank)
    self.tree = tree
    let foreign = parts.places.count { $0.rank != layout.rank }
    received = Tensor(foreign, own.count)
    let others = (0..<layout.ranks).filter { $0 != layout.rank }
    scattering = Requests(capacity: foreign + others.count * accumulator.roots.count)
    sharing = Requests(capacity: 2 * others.count)
    partials = []

    var row = 0
    for (rank, root) in parts.places {
      guard rank != layout.rank else {
        partials.append(accumulator.root(root).pointer + own.lowerBound)
        continue
      }
      let buffer = received.pointer + row * own.count
      row += 1
      partials.append(buffer)
      try scattering.addReceive(buffer, count: own.count, from: rank, tag: tag(number, root))
    }
    for rank in others {
      for root in accumulator.roots.indices {
        try scattering.addSend(
          accumulator.root(root).pointer + slice(rank).lowerBound, count: slice(rank).count,
          to: rank, tag: tag(number, root))
      }
      try sharing.addReceive(
        result.pointer + slice(rank).lowerBound, count: slice(rank).count, from: rank,
        tag: tag(number, -1))
      try sharing.addSend(
        result.pointer + own.lowerBound, count: own.count, to: rank, tag: tag(number, -1))
    }
  }

  /// Sends and receives partial sums.
  func scatter() throws {
    isShared = false
    try scattering.start()
  }

  /// Goes on as far as it can without waiting.
  func advance() throws {
    if isShared {
      _ = try sharing.test()
    } else if try scattering.test() {
      try addAndShare(nil)
    }
  }

  /// Adds the partial sums of this rank's slice in the tree's order, and sends the sum to all, or what
  /// its owner makes of it.
  func addAndShare(_ update: SliceUpdate?) throws {
    try scattering.wait()
    Detail.during("sum") {
      tree.add(partials, at: 0, count: own.count, into: result.pointer + own.lowerBound)
    }
    update?(own, result.pointer + own.lowerBound)
    isShared = true
    try Detail.during("gather") { try sharing.start() }
  }

  func wait() throws { try sharing.wait() }
}

/// A tag for a message of a bucket: a root's partial sum, or (−1) the sum. Ranks own few roots.
private func tag(_ bucket: Int, _ root: Int) -> Int {
  // MPI guarantees tags up to 32767, so they repeat after 512 buckets. That is safe: messages of one
  // tag between two ranks arrive in the order in which they were started, and all ranks start
  // buckets in the same order, all scattering before all sharing. Only messages of one bucket, which
  // one MPI_Startall starts in any order, must have different tags, and a rank has fewer than 63
  // roots.
  (bucket * 64 + root + 1) % 32767
}
