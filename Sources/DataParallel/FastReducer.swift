import MessagePassing
import Objectives
import Tensors
import Timeline

/// Adds this rank's roots, then lets MPI sum over ranks in an order of its own.
///
/// The bits depend on the number of ranks and on the library. It is here to be measured against.
final class FastReducer: Reducer {
  private let accumulator: Accumulator
  private var buckets: BucketProgress
  private let requests: [Requests]
  private var failure: (any Error)?

  init(_ accumulator: Accumulator, bucketSize: Int) {
    self.accumulator = accumulator
    buckets = BucketProgress(
      DataParallel.buckets(length: accumulator.length, size: bucketSize))
    requests = buckets.buckets.map { _ in Requests(capacity: 1) }
    accumulator.onReady = { [unowned self] in startReady($0) }
  }

  func begin() {
    buckets.reset()
    failure = nil
  }

  func finish(
    owner: SliceUpdate?, _ body: (Range<Int>, UnsafePointer<Float>) -> Void
  ) throws {
    if let failure { throw failure }
    precondition(buckets.started == buckets.buckets.count, "every shard has been committed")
    for (bucket, range) in buckets.buckets.enumerated() {
      try requests[bucket].wait()
      body(range, accumulator.root(0).pointer + range.lowerBound)
    }
  }

  func progress() throws {
    try Activity.reduce.during("progress") {
      for request in requests[..<buckets.started] { _ = try request.test() }
    }
  }

  private func startReady(_ range: Range<Int>) {
    buckets.ready(range)
    do {
      while let bucket = buckets.next() {
        try Activity.reduce.during("send") { try send(bucket) }
      }
    } catch {
      failure = error
    }
  }

  private func send(_ bucket: Int) throws {
    let range = buckets.buckets[bucket]
    accumulator.merge(range)
    let sum = accumulator.root(0)
    for other in 1..<max(accumulator.roots.count, 1) {
      sum.add(accumulator.root(other), in: range)
    }
    try requests[bucket].startAllReduce(sum.pointer + range.lowerBound, count: range.count)
  }
}
