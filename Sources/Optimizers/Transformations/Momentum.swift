import CKernels
import Objectives

/// Gradient descent with momentum; the rule of a chain.
///
/// v ← μ v − γ g, w ← w + v (Polyak, "Some methods of speeding up the convergence of iteration
/// methods", 1964), or Nesterov's w ← w + μ v − γ g with the new v (Sutskever and others, "On the
/// importance of initialization and momentum in deep learning", 2013). v is the step itself: a new
/// learning rate does not rescale the step that momentum repeats.
public struct Momentum: GradientTransformation {
  private let learningRate: Schedule
  private let momentum: Schedule
  private let isNesterov: Bool
  private var rate: Float = 0
  private var share: Float = 0

  /// - Parameters:
  ///   - learningRate: the step size γ.
  ///   - momentum: the share μ of the last step that is taken again.
  public init(learningRate: Schedule, momentum: Schedule, isNesterov: Bool = false) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.isNesterov = isNesterov
  }

  /// The velocity.
  public var state: [TransformationState] { [.init("velocity")] }

  /// The rate and the share.
  public mutating func begin(_ moment: TrainingMoment) {
    rate = Float(moment.learningRate(learningRate))
    share = Float(moment.value(momentum))
  }

  /// One pass.
  public func apply(to block: inout UpdateBlock) {
    let kernel = isNesterov ? sdt_nesterov : sdt_heavy_ball
    kernel(
      block.step(learningRate: rate), share, block.parameters, block.state(0), block.gradient,
      block.count)
  }
}
