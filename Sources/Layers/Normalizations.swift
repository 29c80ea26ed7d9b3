import Autograd
import Tensors

/// Every sample's last axis brought to mean 0 and variance 1, then scaled and shifted
/// (Ba, Kiros, Hinton, "Layer Normalization", 2016).
public struct LayerNorm: Layer {
  /// The name in the model.
  public let name: String
  /// The size of the last axis.
  public let width: Int
  /// Added to the variance.
  public let epsilon: Float

  /// A normalisation of vectors of a size.
  public init(name: String, width: Int, epsilon: Float = 1e-5) {
    (self.name, self.width, self.epsilon) = (name, width, epsilon)
  }

  /// `scale` and `offset`, [width].
  public var parameters: [LayerParameter] {
    [
      LayerParameter("scale", [width], .constant(1)),
      LayerParameter("offset", [width], .constant(0)),
    ]
  }

  /// The shape of a sample of the result.
  public func outputShape(_ input: [Int]) throws -> [Int] {
    try require(Array(input.suffix(1)), [width])
    return input
  }

  /// Records the layer.
  public func apply(_ x: Variable, _ context: LayerContext) -> Variable {
    let rows = x.count / width
    let values = x.reshaped([rows, width])
    let centred = values - values.sum(to: [rows, 1]).affine(1 / Float(width))
    let variance = centred.dot(centred, to: [rows, 1]).affine(1 / Float(width), epsilon)
    let normal = centred * (x.tape.constant(1, shape: [rows, 1]) / variance.squareRoot)
    let result = normal * context.parameter(self, "scale") + context.parameter(self, "offset")
    return result.reshaped(x.shape)
  }
}

/// Every channel brought to mean 0 and variance 1 over the samples of a group, then scaled and shifted
/// (Ioffe and Szegedy, "Batch Normalization", 2015).
///
/// In training the group is what the context sums over: a shard, or all shards. Each shard leaves sums
/// of its own; `updateRunning` brings them, summed over all shards, into the running statistics, once a
/// step. In evaluation those are used, so that no sample depends on its batch-mates.
public struct BatchNorm: Layer {
  /// The name in the model.
  public let name: String
  /// The size of the first axis of a sample.
  public let channels: Int
  /// Added to the variance.
  public let epsilon: Float
  /// What follows the shift.
  public let activation: Activation

  /// A normalisation of channels.
  public init(name: String, channels: Int, epsilon: Float = 1e-5, activation: Activation = .none) {
    (self.name, self.channels, self.epsilon) = (name, channels, epsilon)
    self.activation = activation
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
      context.isTraining
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
    let own = x.tape.constant(Float(x.count / channels), shape: [1])
    let sum = x.sum(to: kept).reshaped([channels])
    let sums = context.sum(.concatenated([sum, own], axis: 0))
    let count = sums.slice(axis: 0, channels..<channels + 1)
    let mean = sums.slice(axis: 0, 0..<channels) / count
    let centred = x - mean.reshaped(kept)
    let squares = centred.dot(centred, to: kept).reshaped([channels])
    let variance = context.sum(squares) / count
    context.leave(self, "mean_sum", sum.affine(1))
    // Unbiased: n / (n − 1), n the number of values of the group.
    context.leave(self, "variance_sum", squares * (count / count.affine(1, -1)))
    context.leave(self, "count", own.affine(1))
    return (centred, variance)
  }

  /// running ← (1 − momentum) running + momentum · statistics of the batch.
  /// - Parameters:
  ///   - mean: the running mean, written to.
  ///   - variance: the running variance, written to.
  ///   - sums: what the shards left, summed over all shards: mean_sum, variance_sum, count.
  ///   - momentum: PyTorch's: the part of the new.
  public static func updateRunning(
    mean: Tensor, variance: Tensor, sums: (mean: Tensor, variance: Tensor, count: Tensor),
    momentum: Float
  ) {
    let count = sums.count.pointer[0]
    guard count > 1 else { return }
    for channel in 0..<mean.count {
      let new = (sums.mean.pointer[channel] / count, sums.variance.pointer[channel] / count)
      mean.pointer[channel] += momentum * (new.0 - mean.pointer[channel])
      variance.pointer[channel] += momentum * (new.1 - variance.pointer[channel])
    }
  }
}
