import Layers
import Tensors

/// What the layers of a model keep beside their parameters: the running statistics of batch norms, the
/// same on every rank.
public final class LayerStates {
  /// The running statistics by full name, such as `encoder/1/running_mean`.
  public let running: ParameterSet
  /// What batch norm takes in evaluation.
  public let source: NormalizationStatistics
  /// The sums that a shard leaves in training.
  public let statistics: SliceLayout
  /// What evaluation reads: the running statistics, or those estimated anew by `stand`.
  public let evaluation: ParameterSet
  private let norms: [Norm]

  /// A batch norm, and where its numbers are.
  private struct Norm {
    let layer: BatchNorm
    let running: (mean: Tensor, variance: Tensor)
    let evaluation: (mean: Tensor, variance: Tensor)
    /// The place of its sums.
    let offset: Int
  }

  /// The states of layers; of none where no layer has any.
  public init(_ layers: [any Layer], source: NormalizationStatistics = .running) {
    let batchNorms = layers.compactMap { $0 as? BatchNorm }
    let running = ParameterSet.states(of: layers)
    let evaluation = source == .standing ? ParameterSet.states(of: layers) : running
    let statistics = SliceLayout(batchNorms.flatMap(\.statistics))
    norms = batchNorms.map { layer in
      func values(_ set: ParameterSet) -> (Tensor, Tensor) {
        (set["\(layer.name)/running_mean"], set["\(layer.name)/running_variance"])
      }
      return Norm(
        layer: layer, running: values(running), evaluation: values(evaluation),
        offset: statistics[layer.statistics[0].name]!.offset)
    }
    (self.running, self.evaluation, self.source) = (running, evaluation, source)
    self.statistics = statistics
  }

  /// The number of sums that `stand` takes; none unless evaluation reads standing statistics.
  public var standingWidth: Int { source == .standing ? statistics.count : 0 }

  /// Brings what all shards left in a step into the running statistics.
  /// - Parameter sums: [statistics.count], summed over all shards.
  public func update(_ sums: UnsafePointer<Float>) {
    for norm in norms {
      norm.layer.updateRunning(
        mean: norm.running.mean, variance: norm.running.variance, sums: sums + norm.offset)
    }
  }

  /// Makes what evaluation reads of sums over several batches.
  /// - Parameter sums: [statistics.count], summed over all shards and batches.
  public func stand(_ sums: [Double]) {
    for norm in norms {
      let channels = norm.layer.channels
      let count = sums[norm.offset + 2 * channels]
      guard count > 1 else { continue }
      for channel in 0..<channels {
        norm.evaluation.mean.pointer[channel] = Float(sums[norm.offset + channel] / count)
        norm.evaluation.variance.pointer[channel] =
          Float(sums[norm.offset + channels + channel] / count)
      }
    }
  }
}
