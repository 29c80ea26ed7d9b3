import Autograd

/// A map of every element.
public struct ActivationLayer: Layer {
  /// The name in the model.
  public let name: String
  /// The map.
  public let activation: Activation

  /// An activation on its own.
  public init(name: String, _ activation: Activation) {
    (self.name, self.activation) = (name, activation)
  }

  /// The shape of a sample of the result.
  public func outputShape(_ input: [Int]) throws -> [Int] { input }

  /// Records the layer.
  public func apply(_ x: Variable, _ context: LayerContext) -> Variable { x.activated(activation) }
}

/// Samples under another shape.
public struct Reshape: Layer {
  /// The name in the model.
  public let name: String
  /// The shape of a result; nil makes vectors of samples.
  public let shape: [Int]?

  /// Another shape of as many elements.
  public init(name: String, _ shape: [Int]?) {
    (self.name, self.shape) = (name, shape)
  }

  /// The shape of a sample of the result.
  public func outputShape(_ input: [Int]) throws -> [Int] {
    let count = input.reduce(1, *)
    guard let shape else { return [count] }
    guard shape.reduce(1, *) == count else {
      throw LayerError(
        layer: name, expected: "samples of \(shape.reduce(1, *)) elements, for \(shape)",
        found: "\(input)")
    }
    return shape
  }

  /// Records the layer.
  public func apply(_ x: Variable, _ context: LayerContext) -> Variable {
    x.reshaped([x.shape[0]] + (shape ?? [x.shape.dropFirst().reduce(1, *)]))
  }
}

/// Drops elements at random in training (Srivastava et al., 2014).
public struct Dropout: Layer {
  /// The name in the model.
  public let name: String
  /// How likely an element is dropped.
  public let probability: Float

  /// A probability from 0 to below 1.
  public init(name: String, probability: Float) {
    (self.name, self.probability) = (name, probability)
  }

  /// The shape of a sample of the result.
  public func outputShape(_ input: [Int]) throws -> [Int] {
    guard probability >= 0 && probability < 1 else {
      throw LayerError(
        layer: name, expected: "a probability from 0 to below 1", found: "\(probability)")
    }
    return input
  }

  /// Records the layer.
  public func apply(_ x: Variable, _ context: LayerContext) -> Variable {
    let round = context.nextRound()
    return context.isTraining ? x.dropout(probability, round: round) : x
  }
}

/// A vector for each whole number: [length] becomes [length, width].
public struct Embedding: Layer {
  /// The name in the model.
  public let name: String
  /// How many numbers there are, from 0 on.
  public let count: Int
  /// The size of a vector.
  public let width: Int
  private let initializer: Initializer

  /// A table of vectors.
  public init(
    name: String, count: Int, width: Int, initializer: Initializer = .normal(deviation: 1)
  ) {
    (self.name, self.count, self.width, self.initializer) = (name, count, width, initializer)
  }

  /// `weights` [count, width].
  public var parameters: [LayerParameter] {
    [LayerParameter("weights", [count, width], initializer)]
  }

  /// The shape of a sample of the result.
  public func outputShape(_ input: [Int]) throws -> [Int] { input + [width] }

  /// Records the layer.
  public func apply(_ x: Variable, _ context: LayerContext) -> Variable {
    context.parameter(self, "weights").gatheredRows(x).reshaped(x.shape + [width])
  }
}
