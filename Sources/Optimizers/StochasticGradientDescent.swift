import Objectives
import Tensors

/// Stochastic gradient descent with heavy-ball momentum and coupled weight decay, by itself.
public final class StochasticGradientDescent: ChainedOptimizer {
  /// The settings.
  public struct Options: Sendable, Equatable {
    /// The step size γ.
    public var learningRate: Schedule
    /// The share μ of the last step that is taken again.
    public var momentum: Schedule
    /// The pull λ towards zero.
    public var weightDecay: Schedule

    /// Options, each by epoch.
    public init(
      learningRate: Schedule, momentum: Schedule = .constant(0),
      weightDecay: Schedule = .constant(0)
    ) {
      self.learningRate = learningRate
      self.momentum = momentum
      self.weightDecay = weightDecay
    }
  }

  /// The rule over all parameters of a set.
  public init(_ parameters: ParameterSet, options: Options) {
    var all = OptimizerOptions(
      .momentum(options.momentum, isNesterov: false), learningRate: options.learningRate)
    all.weightDecay = options.weightDecay
    super.init(parameters, names: nil, all.chain)
  }

  /// The values that the schedules have in an epoch hold from here on; nothing here counts updates.
  public func begin(epoch: Int) { begin(TrainingMoment(epoch: epoch, update: 0)) }
}
