import CKernels
import Objectives
import Tensors

/// Stochastic gradient descent with heavy-ball momentum and weight decay.
///
/// v ← μ v − γ (g + λ w), w ← w + v. Decay applies to the parameters named as weights: those whose
/// slice has more than one axis.
/// Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
public final class StochasticGradientDescent: Optimizer {
  /// The settings, each by epoch.
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

  private let options: Options
  private let parameters: ParameterSet
  private let velocity: Tensor
  private var rates: (learning: Float, momentum: Float, decay: Float) = (0, 0, 0)

  /// The rule over all parameters of a set.
  public init(_ parameters: ParameterSet, options: Options) {
    self.options = options
    self.parameters = parameters
    velocity = Tensor(parameters.layout.count)
    begin(epoch: 0)
  }

  /// The velocity of every parameter.
  public var state: [(name: String, values: Tensor)] { [("velocity", velocity)] }

  /// The values that the schedules have in an epoch hold from here on.
  public func begin(epoch: Int) {
    rates = (
      Float(options.learningRate.value(epoch: epoch)),
      Float(options.momentum.value(epoch: epoch)),
      Float(options.weightDecay.value(epoch: epoch))
    )
  }

  /// One fused pass over the range, slice by slice.
  public func update(_ range: Range<Int>, gradient: UnsafePointer<Float>, count: Int) {
    for slice in parameters.layout.slices {
      let part = slice.range.clamped(to: range)
      guard !part.isEmpty else { continue }
      let settings = sdt_sgd(
        learning_rate: rates.learning, momentum: rates.momentum,
        weight_decay: slice.shape.count > 1 ? rates.decay : 0,
        gradient_scale: 1 / Float(count))
      sdt_sgd_update(
        settings, parameters.flat.pointer + part.lowerBound,
        velocity.pointer + part.lowerBound, gradient + (part.lowerBound - range.lowerBound),
        part.count)
    }
  }
}
