import Tensors

/// Numbers beside the parameters that are the same bits on every rank, because all move them by the same
/// sums.
public struct ReplicatedState: Sendable {
  /// The name in checkpoints; unlike that of any other state of the run.
  public let name: String
  /// The numbers, where the model reads them.
  public let values: Tensor

  /// Named numbers.
  public init(_ name: String, _ values: Tensor) {
    (self.name, self.values) = (name, values)
  }
}

/// An objective whose model can be evaluated with statistics that are estimated anew, from training
/// batches with the parameters as they are, such as those of batch norm.
public protocol StandingStatistics: AnyObject {
  /// The number of sums of a shard; 0 when there is nothing to estimate.
  var standingWidth: Int { get }

  /// Adds the sums of this rank's shards of a batch. Every rank calls this together.
  /// - Parameter sums: [local shards, standingWidth].
  func addStatistics(_ batch: Batch, to sums: inout [Double], across: any GlobalSum) throws

  /// Makes the statistics of sums over all batches and shards, [standingWidth].
  func adoptStatistics(_ sums: [Double])
}
