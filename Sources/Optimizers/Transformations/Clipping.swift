import CKernels

/// Scales the whole gradient down to a norm.
///
/// g ← g · min(1, c / ‖g‖), with the norm over all parameters of the optimizer together.
/// Source: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks",
/// 2013.
public struct ClipByGlobalNorm: GradientTransformation {
  private let bound: Double
  private var factor: Float = 1

  /// The largest norm c.
  public init(_ bound: Double) { self.bound = bound }

  /// The factor comes from the norm.
  public var needsNorm: Bool { true }

  /// A norm that is not a number makes parameters that are none: a diverged model must be seen.
  public mutating func take(norm: Double) { factor = norm <= bound ? 1 : Float(bound / norm) }

  /// Leaves the factor to the rule.
  public func apply(to block: inout UpdateBlock) { block.scale *= factor }
}

/// Brings every element of the gradient into −c … c.
public struct ClipByValue: GradientTransformation {
  private let bound: Float

  /// The largest magnitude c.
  public init(_ bound: Double) { self.bound = Float(bound) }

  /// A pass over the block.
  public func apply(to block: inout UpdateBlock) {
    let (step, parameters) = (block.step(learningRate: 0), block.parameters)
    let (gradient, count) = (block.gradient, block.count)
    block.rewriteGradient { sdt_clip(step, bound, parameters, gradient, $0, count) }
  }
}
