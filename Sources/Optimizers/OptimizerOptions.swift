import Objectives
import Tensors

/// The usual chain of transformations, by its settings.
///
/// The gradient is clipped, decayed weights are added to it, the rule makes a step, the parameters
/// are averaged.
public struct OptimizerOptions: Sendable, Equatable {
  /// What makes a step of a gradient.
  public enum Rule: Sendable, Equatable {
    /// Gradient descent with momentum, perhaps Nesterov's.
    case momentum(Schedule, isNesterov: Bool)
    /// RMSProp.
    case rmsProp(RMSProp.Options)
    /// Adagrad.
    case adagrad(Adagrad.Options)
    /// Adam.
    case adam(Adam.Options)
  }

  /// What makes a step.
  public var rule: Rule
  /// The step size.
  public var learningRate: Schedule
  /// The pull of weights towards zero.
  public var weightDecay = Schedule.constant(0)
  /// Where that pull comes in.
  public var decayKind = WeightDecay.Kind.coupled
  /// The largest norm of the gradient, before its elements are clipped.
  public var clipNorm: Double?
  /// The largest magnitude of an element of the gradient.
  public var clipValue: Double?
  /// The share of the old average of the parameters, if they are averaged.
  public var averaging: Double?

  /// A rule without decay, clipping and averages.
  public init(_ rule: Rule, learningRate: Schedule) {
    self.rule = rule
    self.learningRate = learningRate
  }

  /// The links, in their order.
  public var chain: [any GradientTransformation] {
    var links: [any GradientTransformation] = []
    if let clipNorm { links.append(ClipByGlobalNorm(clipNorm)) }
    if let clipValue { links.append(ClipByValue(clipValue)) }
    if weightDecay != .constant(0) {
      links.append(WeightDecay(weightDecay, decayKind, learningRate: learningRate))
    }
    links.append(stepping)
    if let averaging { links.append(ParameterAverage(decay: averaging)) }
    return links
  }

  private var stepping: any GradientTransformation {
    switch rule {
    case .momentum(let share, let isNesterov):
      Momentum(learningRate: learningRate, momentum: share, isNesterov: isNesterov)
    case .rmsProp(let options): RMSProp(learningRate: learningRate, options)
    case .adagrad(let options): Adagrad(learningRate: learningRate, options)
    case .adam(let options): Adam(learningRate: learningRate, options)
    }
  }

  /// An optimizer of the parameters of a set, or of those named.
  /// - Parameter groups: parameters that are treated in ways of their own.
  public func optimizer(
    _ parameters: ParameterSet, names: Set<String>? = nil, groups: [ParameterGroup] = []
  ) -> ChainedOptimizer {
    ChainedOptimizer(parameters, names: names, groups: groups, chain)
  }
}
