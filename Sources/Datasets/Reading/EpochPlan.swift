import Tensors

/// The order in which an epoch visits the samples.
public enum SampleOrder: String, Sendable, CaseIterable {
  /// Each logical shard permutes its own contiguous part of the dataset; a rank reads no other.
  case shard
  /// One permutation of the whole dataset.
  case global
}

/// Which samples every step of every epoch visits: a function of the configuration, the size of the
/// dataset and the seed. Every sample is visited exactly once an epoch.
///
/// A *source* is a contiguous range of the dataset with an order of its own: a shard's part, or the
/// whole. Its order is a shuffle of *blocks* of consecutive samples, then of the samples of each
/// *window* of blocks; so a window can be read from a file in a few large pieces. When the whole
/// dataset fits in the memory budget a window spans all of a source, and the order is a plain
/// permutation. Whether a rank keeps its samples or streams them never changes the order.
public struct EpochPlan: Sendable {
  /// The number of samples of the dataset.
  public let count: Int
  /// The number of samples of a global batch; the last ones of an epoch may have fewer.
  public let globalBatch: Int
  /// The number of logical shards.
  public let shards: Int
  /// The order of visits; nil visits every shard's samples as they lie.
  public let order: SampleOrder?
  /// The number of samples of a block.
  public let block: Int
  /// The number of blocks of a window.
  public let windowBlocks: Int
  /// The number of steps of an epoch.
  public let stepsPerEpoch: Int
  private let stream: RandomStream

  /// A plan.
  /// - Parameters:
  ///   - sampleBytes: bytes of a sample in memory.
  ///   - memory: the budget in bytes that samples may take in a process. It decides the windows and so
  ///     the order, unless the whole dataset fits.
  public init(
    count: Int, globalBatch: Int, shards: Int, order: SampleOrder?, seed: UInt64,
    sampleBytes: Int, memory: Int
  ) {
    self.count = count
    self.globalBatch = globalBatch
    self.shards = shards
    self.order = order
    stream = RandomStream(seed: seed, purpose: .epochOrder)
    block = max(1, (256 << 10) / sampleBytes)
    let sources = order == .global ? 1 : shards
    if order != nil && count * sampleBytes <= memory {
      windowBlocks = (count + block - 1) / block
    } else {
      // Two windows of every source: the one in use and the one being read.
      windowBlocks = max(1, memory / (2 * sources * block * sampleBytes))
    }
    stepsPerEpoch =
      order == .global
      ? (count + globalBatch - 1) / globalBatch
      : (0..<shards).map { Self.steps(of: $0, of: shards, count, globalBatch) }.max()!
  }

  /// The number of steps in which a shard visits its own part of the dataset.
  private static func steps(of shard: Int, of shards: Int, _ count: Int, _ globalBatch: Int) -> Int
  {
    let capacity = max(part(shard, of: shards, in: globalBatch).count, 1)
    return (part(shard, of: shards, in: count).count + capacity - 1) / capacity
  }

  /// The number of sources.
  public var sources: Int { order == .global ? 1 : shards }

  /// The source that a shard draws from.
  public func source(of shard: Int) -> Int { order == .global ? 0 : shard }

  /// A source's samples.
  public func range(of source: Int) -> Range<Int> {
    order == .global ? 0..<count : part(source, of: shards, in: count)
  }

  /// The most samples of a shard in a batch.
  public func capacity(of shard: Int) -> Int { part(shard, of: shards, in: globalBatch).count }

  /// The places in the order of its source that a shard visits in a step of an epoch.
  public func positions(of shard: Int, step: Int) -> Range<Int> {
    let all = 0..<range(of: source(of: shard)).count
    let share = part(shard, of: shards, in: globalBatch)
    if order == .global {
      let base = step * globalBatch
      return (base + share.lowerBound..<base + share.upperBound).clamped(to: all)
    }
    return (step * share.count..<(step + 1) * share.count).clamped(to: all)
  }

  /// The number of samples that all shards visit in a step.
  public func globalCount(step: Int) -> Int {
    (0..<shards).reduce(0) { $0 + positions(of: $1, step: step).count }
  }

  /// The most samples of a window of a source.
  public func windowCapacity(of source: Int) -> Int {
    min(windowBlocks * block, range(of: source).count)
  }

  /// The places of the source's order that lie in a window.
  public func window(_ window: Int, of source: Int) -> Range<Int> {
    let size = windowBlocks * block
    return (window * size..<(window + 1) * size).clamped(to: 0..<range(of: source).count)
  }

  /// The window that a place of the source's order lies in.
  public func window(containing position: Int) -> Int { position / (windowBlocks * block) }

  /// The number of windows of a source.
  public func windowCount(of source: Int) -> Int {
    let size = windowBlocks * block
    return (range(of: source).count + size - 1) / size
  }

  /// The blocks of a window, as ranges of the dataset. The last, shorter block of a source stays
  /// last, so that every window begins at the same place in every epoch.
  public func blocks(window: Int, of source: Int, epoch: Int) -> [Range<Int>] {
    let range = range(of: source)
    let whole = range.count / block
    let all = (range.count + block - 1) / block
    var numbers = (0..<Int32(whole)).map { $0 }
    if order != nil && windowCount(of: source) > 1 {
      stream.at(step: epoch, round: 0).shuffle(item: source, &numbers)
    }
    if all > whole { numbers.append(Int32(whole)) }
    let first = window * windowBlocks
    return numbers[first..<min(first + windowBlocks, all)].map { number in
      let start = range.lowerBound + Int(number) * block
      return start..<min(start + block, range.upperBound)
    }
  }

  /// The order inside a window: rows of the window, its blocks laid one behind the other.
  public func shuffle(window: Int, of source: Int, epoch: Int, into rows: inout [Int32]) {
    let count = self.window(window, of: source).count
    rows.removeAll(keepingCapacity: true)
    for row in 0..<Int32(count) { rows.append(row) }
    guard order != nil else { return }
    stream.at(step: epoch, round: 1 + window).shuffle(item: source, &rows)
  }
}
