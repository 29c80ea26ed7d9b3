import Autograd

/// f(x Wᵀ + b). Samples of any shape are seen as vectors.
public struct Dense: Layer {
  /// The name in the model.
  public let name: String
  /// The size of a sample.
  public let inputs: Int
  /// The size of a result.
  public let outputs: Int
  /// What follows the bias.
  public let activation: Activation
  private let hasBias: Bool
  private let initializer: Initializer

  /// A dense layer.
  public init(
    name: String, inputs: Int, outputs: Int, activation: Activation = .none, hasBias: Bool = true,
    initializer: Initializer = .uniformFanIn
  ) {
    (self.name, self.inputs, self.outputs) = (name, inputs, outputs)
    (self.activation, self.hasBias, self.initializer) = (activation, hasBias, initializer)
  }

  /// `weights` [outputs, inputs] and `bias` [outputs].
  public var parameters: [LayerParameter] {
    let weights = LayerParameter("weights", [outputs, inputs], initializer)
    return hasBias ? [weights, .bias(outputs, fanIn: inputs, weights)] : [weights]
  }

  /// The shape of a sample of the result.
  public func outputShape(_ input: [Int]) throws -> [Int] {
    try require([input.reduce(1, *)], [inputs])
    return [outputs]
  }

  /// Records the layer.
  public func apply(_ x: Variable, _ context: LayerContext) -> Variable {
    x.reshaped([x.shape[0], inputs])
      .dense(context.parameter(self, "weights"), context.optional(self, "bias"), activation)
  }
}

extension LayerParameter {
  /// A bias: as PyTorch draws it beside weights drawn its way, else zero.
  static func bias(_ count: Int, fanIn: Int, _ weights: LayerParameter) -> LayerParameter {
    let initializer: Initializer =
      weights.initializer == .uniformFanIn
      ? .uniform(bound: 1 / Float(max(fanIn, 1)).squareRoot()) : .constant(0)
    return LayerParameter("bias", [count], initializer)
  }
}
