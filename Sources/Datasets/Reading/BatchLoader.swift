import Objectives
import Tensors

/// Whether a rank keeps its samples in memory.
public enum CachePolicy: String, Sendable, CaseIterable {
  /// When they fit in the memory budget.
  case auto
  /// Always.
  case always
  /// Never: they are streamed from the file.
  case never
}

/// The samples that a rank holds in memory; shared by all who read the same rows.
public final class SampleCache {
  let rows: CachedRows?
  /// Whether the rank keeps its samples.
  public var isKept: Bool { rows != nil }

  /// Waits until the samples are there, if the rank keeps them.
  public func wait() throws { try rows?.wait() }

  private init() { rows = nil }

  /// Nothing is kept.
  public static var none: SampleCache { SampleCache() }

  /// The samples of a rank's shards under a plan, if they are to be kept.
  public init(
    _ table: SampleTable, plan: EpochPlan, layout: ShardLayout, memory: Int, policy: CachePolicy
  ) {
    let sources = plan.order == .global ? 0..<1 : layout.local
    let range =
      plan.range(of: sources.lowerBound)
      .lowerBound..<plan.range(of: sources.upperBound - 1).upperBound
    let fits = range.count * table.sampleBytes <= memory
    let keep = policy == .always || (policy == .auto && fits)
    rows = keep ? CachedRows(table, range) : nil
  }
}

/// Fills this rank's part of one global batch after the other.
public final class BatchLoader {
  /// The batch that `load` fills.
  public let batch: Batch
  /// Which samples come when.
  public let plan: EpochPlan
  private let preparation: SamplePreparation
  private let streams: [any SampleStream]
  private let firstSource: Int
  private let width: Int

  /// A loader for this rank's shards.
  /// - Parameter cache: the rank's samples in memory, if it keeps them.
  public init(
    _ table: SampleTable, plan: EpochPlan, layout: ShardLayout, preparation: SamplePreparation,
    cache: SampleCache
  ) {
    self.plan = plan
    self.preparation = preparation
    width = table.shape.count
    batch = Batch(shards: layout.local, width: width) { plan.capacity(of: $0) }
    let sources = plan.order == .global ? 0..<1 : layout.local
    firstSource = sources.lowerBound
    streams = sources.map { source in
      if let rows = cache.rows { return CachedSource(rows, plan, source: source) }
      return StreamedSource(table, plan, source: source)
    }
  }

  /// Goes to an epoch.
  public func begin(epoch: Int) {
    batch.epoch = epoch
    for stream in streams { stream.begin(epoch: epoch) }
  }

  /// Fills the batch of a step of the epoch.
  /// - Parameters:
  ///   - stepInEpoch: the place in the epoch, which may start anywhere but never goes back.
  ///   - step: the number of the update over the whole run, by which random numbers are counted.
  public func load(stepInEpoch: Int, step: Int) throws {
    batch.step = step
    batch.globalCount = plan.globalCount(step: stepInEpoch)
    for place in batch.shards.indices {
      let index = batch.shards[place].index
      let positions = plan.positions(of: index, step: stepInEpoch)
      batch.setRows(positions.count, at: place)
      let shard = batch.shards[place]
      let stream = streams[plan.source(of: index) - firstSource]
      try fill(shard, from: stream, positions)
      preparation.finish(shard.room.pointer, count: shard.rows, ids: shard.ids, step: step)
    }
  }

  private func fill(_ shard: Batch.Shard, from stream: any SampleStream, _ positions: Range<Int>)
    throws
  {
    for (row, position) in positions.enumerated() {
      let sample = try stream.sample(at: position)
      preparation.widen(sample.row, into: shard.room.pointer + row * width)
      shard.ids[row] = sample.id
      shard.labels[row] = sample.label
    }
  }
}
