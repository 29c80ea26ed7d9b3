import CKernels
import Objectives

/// Gradient descent with every element divided by the root of all squares so far; the rule of a
/// chain.
///
/// s ← s + g², w ← w − γ g / (√s + ε).
/// Source: Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic
/// optimization", 2011.
public struct Adagrad: GradientTransformation {
  /// The settings besides the learning rate.
  public struct Options: Sendable, Equatable {
    /// What the sum of squares starts at.
    public var initialSum = 0.0
    /// ε.
    public var epsilon = 1e-10

    /// The standard settings.
    public init() {}
  }

  private let learningRate: Schedule
  private let options: Options
  private var rate: Float = 0

  /// A rule.
  public init(learningRate: Schedule, _ options: Options = .init()) {
    self.learningRate = learningRate
    self.options = options
  }

  /// The sum of squares.
  public var state: [TransformationState] {
    [.init("sum_of_squares", start: .value(Float(options.initialSum)))]
  }

  /// The rate.
  public mutating func begin(_ moment: TrainingMoment) {
    rate = Float(moment.learningRate(learningRate))
  }

  /// One pass.
  public func apply(to block: inout UpdateBlock) {
    sdt_adagrad(
      block.step(learningRate: rate), Float(options.epsilon), block.parameters, block.state(0),
      block.gradient, block.count)
  }
}
