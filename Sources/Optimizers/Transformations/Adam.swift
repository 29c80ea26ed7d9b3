import CKernels
import Foundation
import Objectives

/// Gradient descent along a running mean of gradients, every element divided by its running root
/// mean square; the rule of a chain. With decoupled weight decay it is AdamW.
///
/// m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², w ← w − γ m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ) and
/// v̂ = v / (1 − β₂ᵗ) at update t; without bias correction m̂ = m and v̂ = v.
/// Source: Kingma and Ba, "Adam: a method for stochastic optimization", 2015.
public struct Adam: GradientTransformation {
  /// The settings besides the learning rate.
  public struct Options: Sendable, Equatable {
    /// β₁.
    public var beta1 = 0.9
    /// β₂.
    public var beta2 = 0.999
    /// ε.
    public var epsilon = 1e-8
    /// Whether the moments are corrected for their start at zero.
    public var correctsBias = true

    /// The standard settings.
    public init() {}
  }

  private let learningRate: Schedule
  private let options: Options
  private var rate: Float = 0
  private var kernel: sdt_adam_options

  /// A rule.
  public init(learningRate: Schedule, _ options: Options = .init()) {
    self.learningRate = learningRate
    self.options = options
    kernel = sdt_adam_options(
      beta1: Float(options.beta1), gain1: Float(1 - options.beta1), beta2: Float(options.beta2),
      gain2: Float(1 - options.beta2), epsilon: Float(options.epsilon), root_scale: 1)
  }

  /// The moments.
  public var state: [TransformationState] { [.init("first_moment"), .init("second_moment")] }

  /// The corrections follow the number of updates alone, so there is no count to store.
  public mutating func begin(_ moment: TrainingMoment) {
    let rate = moment.learningRate(learningRate)
    let t = Double(moment.update + 1)
    let first = options.correctsBias ? 1 - pow(options.beta1, t) : 1
    let second = options.correctsBias ? 1 - pow(options.beta2, t) : 1
    self.rate = Float(rate / first)
    kernel.root_scale = Float(1 / second.squareRoot())
  }

  /// One pass.
  public func apply(to block: inout UpdateBlock) {
    sdt_adam(
      block.step(learningRate: rate), kernel, block.parameters, block.state(0), block.state(1),
      block.gradient, block.count)
  }
}
