import MessagePassing
import Objectives
import Tensors

/// Sums the flat buffers of all ranks, bucket by bucket, while the rest is still being computed or
/// applied.
public protocol Reducer: AnyObject {
  /// Starts a step; from here on, buckets are summed as the accumulator reports them ready.
  func begin() throws

  /// Waits for the sums, piece by piece in rising order.
  /// - Parameters:
  ///   - owner: what the rank that adds a slice makes of its sums, in place, before all get them; for a
  ///     reducer whose slices have owners.
  ///   - body: takes a piece's range of the flat buffer and its sums over all shards of all ranks, or
  ///     what its owner has made of them, the first one being that of the range's lower bound. They are
  ///     valid during the call.
  func finish(
    owner: SliceUpdate?, _ body: (Range<Int>, UnsafePointer<Float>) -> Void
  ) throws

  /// The slices of the flat buffer that each rank adds for all, by rank; nil where every rank has all
  /// sums from elsewhere.
  var ownedSlices: [[Range<Int>]]? { get }

  /// Moves what can be moved without waiting, between `begin` and `finish`: for those who compute
  /// something else meanwhile.
  func progress() throws
}

/// Makes something else of the sums of a slice, in place.
public typealias SliceUpdate = (Range<Int>, UnsafeMutablePointer<Float>) -> Void

extension Reducer {
  /// Whether the ranks sum in memory that they share.
  public var sharesMemory: Bool { self is SharedMemoryReducer }

  /// Nobody adds for others.
  public var ownedSlices: [[Range<Int>]]? { nil }

  /// There is nothing to move.
  public func progress() {}

  /// Waits for the sums, and leaves them as they are.
  public func finish(_ body: (Range<Int>, UnsafePointer<Float>) -> Void) throws {
    try finish(owner: nil, body)
  }
}

/// How sums over ranks are associated.
public enum ReductionMode: String, Sendable, CaseIterable {
  /// Along the tree over logical shards: the same bits on any number of ranks.
  case reproducible
  /// As the MPI library likes.
  case fast
}

/// Cuts `length` elements in buckets of at most `size`, of nearly equal length.
func buckets(length: Int, size: Int) -> [Range<Int>] {
  let count = max((length + size - 1) / size, 1)
  return (0..<count).map { part($0, of: count, in: length) }
}

/// Which buckets have become ready, and which were started.
///
/// Buckets start in order on every rank, so that messages match however ranges become ready.
struct BucketProgress {
  let buckets: [Range<Int>]
  private var missing: [Int]
  private(set) var started = 0

  init(_ buckets: [Range<Int>]) {
    self.buckets = buckets
    missing = buckets.map(\.count)
  }

  mutating func reset() {
    for i in buckets.indices { missing[i] = buckets[i].count }
    started = 0
  }

  mutating func ready(_ range: Range<Int>) {
    for i in buckets.indices { missing[i] -= buckets[i].clamped(to: range).count }
  }

  /// The next bucket that is ready, once.
  mutating func next() -> Int? {
    guard started < buckets.count, missing[started] == 0 else { return nil }
    defer { started += 1 }
    return started
  }
}

/// Makes the accumulator of a phase and what sums it over the ranks: in memory that the ranks share
/// when all are on one host, else by messages. `SDT_TRANSPORT=messages` never shares memory.
/// - Parameters:
///   - phase: what is summed.
///   - metrics: the number of metrics.
///   - sharesMemory: whether to share memory where all ranks are on one host; nil asks the environment.
public func makeReduction(
  _ mode: ReductionMode, of sums: SliceLayout, metrics: Int, layout: ShardLayout,
  communicator: Communicator, bucketSize: Int? = nil, sharesMemory: Bool? = nil
) throws -> (Accumulator, any Reducer) {
  if mode == .reproducible, layout.ranks > 1, sharesMemory ?? communicator.mayShareMemory,
    let shared = try SharedSums(sums, layout, communicator)
  {
    let accumulator = Accumulator(
      sums: sums, metrics: metrics, layout: layout, memory: shared.leaf)
    return (
      accumulator, SharedMemoryReducer(accumulator, shared, bucketSize: bucketSize ?? 1 << 15)
    )
  }
  let accumulator = Accumulator(sums: sums, metrics: metrics, layout: layout)
  guard layout.ranks > 1 else { return (accumulator, SoloReducer(accumulator, layout: layout)) }
  let size = bucketSize ?? 1 << 18
  switch mode {
  case .fast: return (accumulator, FastReducer(accumulator, bucketSize: size))
  case .reproducible:
    return (accumulator, try MessageReducer(accumulator, layout: layout, bucketSize: size))
  }
}
