import Autograd
import Tensors

/// What batch norm takes for mean and variance in evaluation.
public enum NormalizationStatistics: String, Sendable, CaseIterable {
  /// Averages that followed training.
  case running
  /// Averages over training batches, taken anew with the parameters as they are.
  case standing
  /// Those of the samples that are evaluated together: results then depend on their batch-mates.
  case batch
}

/// Every channel brought to mean 0 and variance 1 over the samples of a group, then scaled and shifted
/// (Ioffe and Szegedy, "Batch Normalization", 2015).
///
/// In training each shard leaves sums of its own; `updateRunning` brings them, summed over all shards,
/// into the running statistics, once a step. In evaluation these are used, so that no sample depends on
/// its batch-mates.
public struct BatchNorm: Layer {
  /// Whose samples are normalised together.
  public enum Group: String, Sendable, CaseIterable {
    /// Each shard's own.
    case shard
    /// Those of all shards of the batch: ranks wait for each other in the middle of a step.
    case global
  }

  /// The name in the model.
  public let name: String
  /// The size of the first axis of a sample.
  public let channels: Int
  /// Whose samples are normalised together in training.
  public let group: Group
  /// The part of a step's statistics in the running ones: PyTorch's momentum.
  public let momentum: Float
  /// Added to the variance.
  public let epsilon: Float
  /// What follows the shift.
  public let activation: Activation

  /// A normalisation of channels.
  public init(
    name: String, channels: Int, group: Group = .shard, momentum: Float = 0.1,
    epsilon: Float = 1e-5, activation: Activation = .none
  ) {
    (self.name, self.channels, self.group) = (name, channels, group)
    (self.momentum, self.epsilon, self.activation) = (momentum, epsilon, activation)
  }

  /// `scale` and `offset`, [channels].
  public var parameters: [LayerParameter] {
    [
      LayerParameter("scale", [channels], .constant(1)),
      LayerParameter("offset", [channels], .constant(0)),
    ]
  }

  /// `running_mean` and `running_variance`, [channels].
  public var states: [LayerParameter] {
    [
      LayerParameter("running_mean", [channels], .constant(0)),
      LayerParameter("running_variance", [channels], .constant(1)),
    ]
  }

  /// The sums that a shard leaves: `mean_sum` Σ x and `variance_sum`, [channels], and `count`, [1].
  public var statistics: [(name: String, shape: [Int])] {
    [("mean_sum", [channels]), ("variance_sum", [channels]), ("count", [1])]
      .map { ("\(name)/\($0.0)", $0.1) }
  }

  /// The shape of a sample of the result.
  public func outputShape(_ input: [Int]) throws -> [Int] {
    try require(Array(input.prefix(1)), [channels])
    return input
  }

  /// Records the layer.
  public func apply(_ x: Variable, _ context: LayerContext) -> Variable {
    let kept = [1, channels] + Array(repeating: 1, count: x.shape.count - 2)
    let (centred, variance) =
      context.normalizesByGroup
      ? groupMoments(x, kept, context)
      : (
        x - context.state(self, "running_mean").reshaped(kept),
        context.state(self, "running_variance")
      )
    let scale = context.parameter(self, "scale") / variance.affine(1, epsilon).squareRoot
    return (centred * scale.reshaped(kept))
      .activated(activation, bias: context.parameter(self, "offset"))
  }

  /// The values less their group's mean, and the group's variance.
  private func groupMoments(
    _ x: Variable, _ kept: [Int], _ context: LayerContext
  ) -> (centred: Variable, variance: Variable) {
    switch group {
    case .shard: shardMoments(x, kept, context)
    case .global: globalMoments(x, kept, context)
    }
  }

  /// A shard of one value says nothing of a variance and leaves nothing; one of none must not divide by
  /// it.
  private func shardMoments(
    _ x: Variable, _ kept: [Int], _ context: LayerContext
  ) -> (centred: Variable, variance: Variable) {
    let count = x.count / channels
    let share = 1 / Float(max(count, 1))
    let sum = x.sum(to: kept)
    let centred = x - sum.affine(share)
    let squares = centred.dot(centred, to: kept).reshaped([channels])
    let counts: Float = count > 1 ? 1 : 0
    context.leave(self, "mean_sum", sum.reshaped([channels]).affine(counts))
    // Unbiased: n / (n − 1), n the number of values of the group.
    let unbiased = counts * Float(count) / Float(max(count - 1, 1))
    context.leave(self, "variance_sum", squares.affine(unbiased))
    context.leave(self, "count", x.tape.constant(counts * Float(count), shape: [1]))
    return (centred, squares.affine(share))
  }

  private func globalMoments(
    _ x: Variable, _ kept: [Int], _ context: LayerContext
  ) -> (centred: Variable, variance: Variable) {
    let own = x.tape.constant(Float(x.count / channels), shape: [1])
    let sum = x.sum(to: kept).reshaped([channels])
    let sums = context.sum(.concatenated([sum, own], axis: 0))
    let count = sums.slice(axis: 0, channels..<channels + 1)
    let mean = sums.slice(axis: 0, 0..<channels) / count
    let centred = x - mean.reshaped(kept)
    let squares = centred.dot(centred, to: kept).reshaped([channels])
    let variance = context.sum(squares) / count
    // A group of one value says nothing of a variance: it leaves nothing, and does not divide by 0.
    let others = count.affine(1, -1)
    let divisor = others.affine(1, -0.5).activated(.relu).affine(1, 0.5)
    let counts = others / divisor
    context.leave(self, "mean_sum", sum * counts)
    // Unbiased: n / (n − 1), n the number of values of the group.
    context.leave(self, "variance_sum", squares * (count / divisor) * counts)
    context.leave(self, "count", own * counts)
    return (centred, variance)
  }

  /// running ← (1 − momentum) running + momentum · statistics of the step.
  ///
  /// A step of a single value says nothing of a variance and changes nothing.
  /// - Parameters:
  ///   - mean: the running mean, written to.
  ///   - variance: the running variance, written to.
  ///   - sums: what the shards left, summed over all shards: mean_sum, variance_sum, count, one behind
  ///     the other.
  public func updateRunning(mean: Tensor, variance: Tensor, sums: UnsafePointer<Float>) {
    let count = sums[2 * channels]
    guard count > 1 else { return }
    for channel in 0..<channels {
      let new = (sums[channel] / count, sums[channels + channel] / count)
      mean.pointer[channel] += momentum * (new.0 - mean.pointer[channel])
      variance.pointer[channel] += momentum * (new.1 - variance.pointer[channel])
    }
  }
}
