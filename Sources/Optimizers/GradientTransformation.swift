import Tensors

/// One link of the chain from a reduced gradient to a step of the parameters.
///
/// A link is a small value with its settings; the chain keeps its state. It sees the parameters
/// block by block. What can be said in a few numbers (a factor, a decay) a link leaves in the block,
/// and the rule at the end of the chain applies it in its one pass over memory.
/// Compare optax: `chain(clip_by_global_norm(1), add_decayed_weights(1e-4), scale_by_adam(), …)`.
public protocol GradientTransformation: Sendable {
  /// The arrays that it keeps, each with an element a parameter.
  var state: [TransformationState] { get }

  /// Whether it must know the norm of the whole gradient.
  var needsNorm: Bool { get }

  /// Sets what follows a schedule or counts updates.
  mutating func begin(_ moment: TrainingMoment)

  /// Takes the Euclidean norm of the mean gradient over all parameters of the optimizer.
  mutating func take(norm: Double)

  /// Changes a block's gradient, or its parameters.
  func apply(to block: inout UpdateBlock)
}

extension GradientTransformation {
  /// Nothing is kept.
  public var state: [TransformationState] { [] }
  /// The norm is not needed.
  public var needsNorm: Bool { false }
  /// Nothing follows a schedule.
  public mutating func begin(_ moment: TrainingMoment) {}
  /// The norm changes nothing.
  public mutating func take(norm: Double) {}
}

/// An array that a transformation keeps, with an element for every parameter.
public struct TransformationState: Sendable, Equatable {
  /// What the elements are before the first update.
  public enum Start: Sendable, Equatable {
    /// One value.
    case value(Float)
    /// The parameters as they are when the optimizer is made.
    case parameters
  }

  /// The name in checkpoints.
  public let name: String
  /// The first values.
  public let start: Start

  /// An array.
  public init(_ name: String, start: Start = .value(0)) {
    self.name = name
    self.start = start
  }
}
