import Objectives

/// Pulls weights towards zero. Biases, and all else with one axis, are left alone.
public struct WeightDecay: GradientTransformation {
  /// Where the pull comes in.
  public enum Kind: String, Sendable, CaseIterable {
    /// As a part λ w of the gradient, as if ½ λ ‖w‖² were a part of the loss.
    case coupled
    /// Beside the rule: w ← (1 − γ λ) w before the step
    /// (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019).
    case decoupled
  }

  private let strength: Schedule
  private let kind: Kind
  private let learningRate: Schedule
  private var value: Float = 0

  /// - Parameters:
  ///   - strength: λ.
  ///   - learningRate: γ, of the decoupled kind.
  public init(_ strength: Schedule, _ kind: Kind, learningRate: Schedule) {
    self.strength = strength
    self.kind = kind
    self.learningRate = learningRate
  }

  /// λ, or 1 − γ λ.
  public mutating func begin(_ moment: TrainingMoment) {
    let strength = moment.value(strength)
    switch kind {
    case .coupled: value = Float(strength)
    case .decoupled: value = Float(1 - moment.learningRate(learningRate) * strength)
    }
  }

  /// Leaves the decay to the rule.
  public func apply(to block: inout UpdateBlock) {
    guard block.areWeights else { return }
    switch kind {
    case .coupled: block.decay += value
    case .decoupled: block.keep *= value
    }
  }
}
