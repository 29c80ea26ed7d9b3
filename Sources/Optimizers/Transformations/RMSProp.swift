import CKernels
import Objectives

/// Gradient descent with every element divided by a running root mean square; the rule of a chain.
///
/// s ← ρ s + (1 − ρ) g², w ← w − γ g / (√s + ε); with momentum the steps go through a velocity.
/// Source: Tieleman and Hinton, Lecture 6.5 of "Neural networks for machine learning", 2012.
public struct RMSProp: GradientTransformation {
  /// The settings besides the learning rate.
  public struct Options: Sendable, Equatable {
    /// ρ.
    public var decay = 0.9
    /// ε.
    public var epsilon = 1e-7
    /// Whether ε stands under the root, √(s + ε), as in TensorFlow, and not beside it as in PyTorch.
    public var isEpsilonInside = false
    /// The share of the last step that is taken again; nil keeps no velocity.
    public var momentum: Schedule?

    /// The standard settings.
    public init() {}
  }

  private let learningRate: Schedule
  private let options: Options
  private let kernel: sdt_rms
  private var rate: Float = 0
  private var share: Float = 0

  /// A rule.
  public init(learningRate: Schedule, _ options: Options = .init()) {
    self.learningRate = learningRate
    self.options = options
    kernel = sdt_rms(
      decay: Float(options.decay), gain: Float(1 - options.decay),
      epsilon_inside: options.isEpsilonInside ? Float(options.epsilon) : 0,
      epsilon_outside: options.isEpsilonInside ? 0 : Float(options.epsilon))
  }

  /// The mean square, and with momentum the velocity.
  public var state: [TransformationState] {
    [.init("mean_square")] + (options.momentum == nil ? [] : [.init("velocity")])
  }

  /// The rate and the share.
  public mutating func begin(_ moment: TrainingMoment) {
    rate = Float(moment.learningRate(learningRate))
    share = Float(options.momentum.map(moment.value) ?? 0)
  }

  /// One pass.
  public func apply(to block: inout UpdateBlock) {
    let step = block.step(learningRate: rate)
    if options.momentum == nil {
      sdt_rmsprop(step, kernel, block.parameters, block.state(0), block.gradient, block.count)
    } else {
      sdt_rmsprop_momentum(
        step, kernel, share, block.parameters, block.state(0), block.state(1), block.gradient,
        block.count)
    }
  }
}
