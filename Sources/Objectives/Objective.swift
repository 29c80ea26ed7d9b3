import Tensors

/// One objective inside a step. A GAN's step has two; most models' steps have one.
public struct Phase: Sendable {
  /// The name, such as `discriminator`.
  public let name: String
  /// What is summed over shards. Slices named like parameters are gradients of a loss to be made
  /// small; the optimizer takes them. Others are statistics, for the objective alone.
  public let sums: SliceLayout

  /// A phase that sums the slices of a layout.
  public init(name: String, sums: SliceLayout) {
    self.name = name
    self.sums = sums
  }
}

/// All that training knows of a model: parameters, and sums over the samples of a batch.
///
/// The reducer, the optimizer, the checkpoint and the digest see named slices only. A model that
/// trains by back-propagation fills them with gradients, an RBM with contrastive-divergence
/// statistics, k-means with sums and counts.
public protocol Objective: AnyObject {
  /// What is trained.
  var parameters: ParameterSet { get }
  /// The phases of a step, in order.
  var phases: [Phase] { get }
  /// The names of the per-sample values the objective adds up while it trains; the first is what
  /// progress shows. Values are sums over samples: means are made once, after the reduction.
  var metrics: [String] { get }
  /// The metric whose gradients the one phase sums: the same for the same parameters, samples and step.
  /// Nil where the sums are gradients of nothing that is measured; then only optimizers that look at
  /// gradients alone can train it.
  var loss: Int? { get }
  /// What is reported of the means of the metrics over an interval: the means themselves, or what they come to.
  func reported(_ means: [(name: String, value: Double)]) -> [(name: String, value: Double)]
  /// What belongs to chains or samples and outlives a step; stored in checkpoints and dealt anew
  /// when the number of ranks changes.
  var state: [ShardedState] { get }
  /// What outlives a step and is the same on every rank, such as running statistics; stored in
  /// checkpoints.
  var replicatedState: [ReplicatedState] { get }

  /// The bytes that intermediate values take on a rank with so many shards of so many samples, as far as
  /// they are planned beforehand; nil where nothing is planned.
  func plannedBytes(shards: Int, rows: Int) -> Int?

  /// Tells the epoch that starts, or in whose middle a resumed run goes on; schedules follow it.
  func begin(epoch: Int)

  /// Whether the loss is another function of parameters and samples than in the epoch before.
  func lossChanges(inEpoch epoch: Int) -> Bool

  /// Writes the sums of this rank's shards: overwrites each shard's slices and commits them, shard by
  /// shard, those without samples too.
  /// - Parameters:
  ///   - batch: this rank's shards of the global batch.
  ///   - phase: the place in `phases`.
  ///   - accumulator: takes the sums, shard by shard.
  ///   - across: sums over all shards in the middle of a forward pass.
  func accumulate(
    _ batch: Batch, phase: Int, into accumulator: Accumulator, across: any GlobalSum) throws

  /// Takes what has been summed over all shards, after the optimizer has. Statistics that are not
  /// gradients end here; a phase that sums nothing else does not call it.
  /// - Parameters:
  ///   - phase: the place in `phases`.
  ///   - sums: the reduced flat buffer of the phase.
  ///   - count: the number of samples that were summed over.
  func update(phase: Int, sums: Tensor, count: Int)
}

extension Objective {
  /// No value is what the sums are gradients of.
  public var loss: Int? { nil }
  /// The means themselves.
  public func reported(_ means: [(name: String, value: Double)]) -> [(name: String, value: Double)]
  { means }
  /// It is one function.
  public func lossChanges(inEpoch epoch: Int) -> Bool { false }
  /// Nothing is planned.
  public func plannedBytes(shards: Int, rows: Int) -> Int? { nil }
  /// Nothing outlives a step.
  public var state: [ShardedState] { [] }
  /// Nothing but the parameters is the same everywhere.
  public var replicatedState: [ReplicatedState] { [] }
  /// No schedule follows the epoch.
  public func begin(epoch: Int) {}
  /// There are no statistics.
  public func update(phase: Int, sums: Tensor, count: Int) {}
}

/// An array whose rows belong to chains or samples with global indices: this rank's part of it.
public final class ShardedState {
  /// The name in checkpoints.
  public let name: String
  /// The number of rows over all ranks.
  public let count: Int
  /// The global indices of the rows of this rank.
  public let range: Range<Int>
  /// This rank's rows, [range.count, width].
  public let values: Tensor

  /// Zero-filled state of `count` rows, dealt to shards like the layout says.
  public init(name: String, count: Int, width: Int, layout: ShardLayout) {
    self.name = name
    self.count = count
    let local = layout.local
    range =
      layout.range(of: local.lowerBound, in: count)
      .lowerBound..<layout.range(of: local.upperBound - 1, in: count).upperBound
    values = Tensor(range.count, width)
  }
}
