import MessagePassing
import Objectives
import Tensors

/// Adds this rank's roots, then lets MPI sum over ranks in an order of its own.
///
/// The bits depend on the number of ranks and on the library. It is here to be measured against.
final class FastReducer: Reducer {
  private let accumulator: Accumulator
  private var progress: BucketProgress
  private let requests: [Requests]
  private var failure: (any Error)?

  init(_ accumulator: Accumulator, bucketSize: Int) {
    self.accumulator = accumulator
    progress = BucketProgress(buckets(length: accumulator.length, size: bucketSize))
    requests = progress.buckets.map { _ in Requests(capacity: 1) }
    accumulator.onReady = { [unowned self] in startReady($0) }
  }

  func begin() {
    progress.reset()
    failure = nil
  }

  func finish(
    owner: SliceUpdate?, _ body: (Range<Int>, UnsafePointer<Float>) -> Void
  ) throws {
    if let failure { throw failure }
    precondition(progress.started == progress.buckets.count, "every shard has been committed")
    for (bucket, range) in progress.buckets.enumerated() {
      try requests[bucket].wait()
      body(range, accumulator.root(0).pointer + range.lowerBound)
    }
  }

  private func startReady(_ range: Range<Int>) {
    progress.ready(range)
    while let bucket = progress.next() {
      let range = progress.buckets[bucket]
      accumulator.merge(range)
      let sum = accumulator.root(0)
      for other in 1..<max(accumulator.roots.count, 1) {
        sum.add(accumulator.root(other), in: range)
      }
      do {
        try requests[bucket].startAllReduce(sum.pointer + range.lowerBound, count: range.count)
      } catch {
        failure = error
      }
    }
  }
}
