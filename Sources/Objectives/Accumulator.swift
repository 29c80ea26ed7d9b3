import Tensors

/// Where an objective puts the sums of its shards: a flat buffer a shard, and metric sums with their
/// counts. A reducer adds the buffers along the reduction tree.
public final class Accumulator {
  /// The named slices of the flat buffer.
  public let sums: SliceLayout
  /// The number of elements with the control words that follow the slices.
  public let length: Int
  /// The canonical partial sums this rank forms: nodes of the tree, in order.
  public let roots: [ReductionTree.Node]
  /// Called with a range of the flat buffers when all shards of this rank have committed it.
  public var onReady: (Range<Int>) -> Void = { _ in }
  /// Called between products and whenever a shard has committed something: a moment to let messages of
  /// another step move.
  public var onPause: () -> Void = {}

  private let local: Range<Int>
  private let buffers: [Tensor]
  private let slices: [[Tensor]]
  private let merges: [(into: Int, from: Int)]
  private let rootPlaces: [Int]

  /// Metric sums of this rank's shards since the last `resetMetrics`, each followed by the number of
  /// samples it was taken over: [local shards, metrics, 2].
  public private(set) var metricSums: [Double]
  private let metricWidth: Int

  /// The words behind the slices: how many ranks ask for a stop, how many ranks saw a number that is
  /// not finite. They ride along with the sums, so agreeing costs no message of its own.
  public static let controlWords = 2

  /// Buffers for the shards of one rank.
  /// - Parameters:
  ///   - sums: the slices a phase sums.
  ///   - metrics: the number of metrics.
  ///   - layout: the shards, and which are this rank's.
  ///   - memory: gives the shards' buffers, [length] each, by their place among this rank's: memory
  ///     that other ranks read. Nil takes memory of this rank's own.
  public init(
    sums: SliceLayout, metrics: Int, layout: ShardLayout, memory: ((Int) -> Tensor)? = nil
  ) {
    self.sums = sums
    length = sums.count + Self.controlWords
    local = layout.local
    let tree = ReductionTree(shards: layout.shards)
    roots = tree.roots(covering: local)
    let (length, first) = (self.length, local.lowerBound)
    rootPlaces = roots.map { $0.first - first }
    merges = roots.flatMap { tree.merges(below: $0, first: first) }
    buffers = (0..<local.count).map { memory?($0) ?? Tensor(length) }
    slices = buffers.map { buffer in
      sums.slices.map { buffer.view(offset: $0.offset, shape: $0.shape) }
    }
    metricWidth = 2 * metrics
    metricSums = Array(repeating: 0, count: local.count * metricWidth)
  }

  /// A slice of a shard's buffer, to be overwritten with the shard's sum.
  /// - Parameters:
  ///   - slice: the place in `sums.slices`.
  ///   - place: the shard's place among this rank's.
  public func slice(_ slice: Int, at place: Int) -> Tensor {
    slices[place][slice]
  }

  /// Says that a shard's slice is final. Shards commit a slice in order.
  public func commit(slice: Int, at place: Int) {
    commit(sums.slices[slice].range, at: place)
  }

  /// Says that all slices of a shard are final.
  public func commit(at place: Int) {
    commit(0..<sums.count, at: place)
  }

  private func commit(_ range: Range<Int>, at place: Int) {
    if place == local.count - 1 { onReady(range) }
    pause()
  }

  /// Sets this rank's control words, in its first shard's buffer, and finishes the buffers.
  /// - Parameters:
  ///   - stopRequested: whether this rank was asked to stop.
  ///   - finite: whether every number this rank saw was finite.
  public func finish(stopRequested: Bool, finite: Bool) {
    for (place, buffer) in buffers.enumerated() {
      buffer.pointer[sums.count] = place == 0 && stopRequested ? 1 : 0
      buffer.pointer[sums.count + 1] = place == 0 && !finite ? 1 : 0
      commit(sums.count..<length, at: place)
    }
  }

  /// Tells that some milliseconds of computing are over, where a shard takes longer than that: messages
  /// of another step may then move.
  public func pause() { onPause() }

  /// The buffer of a shard, by its place among this rank's.
  public func leaf(_ place: Int) -> Tensor { buffers[place] }

  /// Adds the shards' buffers along the tree as far as this rank can, in a range that all have
  /// committed: each root's sum is in its buffer afterwards. For reducers that send roots.
  public func merge(_ range: Range<Int>) {
    for (into, from) in merges { buffers[into].add(buffers[from], in: range) }
  }

  /// The buffer of a root.
  public func root(_ index: Int) -> Tensor { buffers[rootPlaces[index]] }

  /// Adds to a metric of a shard.
  /// - Parameters:
  ///   - value: the sum over samples.
  ///   - count: the number of samples it was taken over.
  public func addMetric(_ metric: Int, _ value: Double, count: Int, at place: Int) {
    metricSums[place * metricWidth + 2 * metric] += value
    metricSums[place * metricWidth + 2 * metric + 1] += Double(count)
  }

  /// Whether all metric sums are finite.
  public var metricsAreFinite: Bool { metricSums.allSatisfy(\.isFinite) }

  /// Takes over the metric sums of another accumulator of the same phase, which starts a new interval.
  public func takeMetrics(of other: Accumulator) {
    for (i, value) in other.metricSums.enumerated() { metricSums[i] += value }
    other.resetMetrics()
  }

  /// Starts a new interval of metrics.
  public func resetMetrics() {
    for i in metricSums.indices { metricSums[i] = 0 }
  }

  /// Puts back the metric sums of a stored interval.
  public func restoreMetrics(_ values: [Double]) {
    precondition(values.count == metricSums.count, "one row a local shard")
    metricSums = values
  }
}

extension ReductionTree {
  /// The additions that bring a node's leaves to the buffer of its first shard. Places are counted
  /// from `first`.
  fileprivate func merges(below node: Node, first: Int) -> [(into: Int, from: Int)] {
    guard node.level > 0 else { return [] }
    let halves = children(node).filter { !range(of: $0).isEmpty }
    let below = halves.flatMap { merges(below: $0, first: first) }
    guard halves.count == 2 else { return below }
    return below + [(halves[0].first - first, halves[1].first - first)]
  }
}
