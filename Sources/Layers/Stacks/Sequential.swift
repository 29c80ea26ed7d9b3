import Autograd

/// Layers one behind the other, such as an encoder.
public struct Sequential: Sendable {
  /// The layers, in order.
  public let layers: [any Layer]
  /// The shape of a sample.
  public let inputShape: [Int]
  /// The shape of a sample of the result.
  public let outputShape: [Int]

  /// Layers that are made already.
  /// - Throws: `LayerError` when one does not fit what the one before gives.
  public init(_ layers: [any Layer], input: [Int]) throws {
    self.layers = layers
    inputShape = input
    outputShape = try layers.reduce(input) { try $1.outputShape($0) }
  }

  /// The layers of a description, named `encoder/0`, `encoder/1` and so on.
  /// - Parameter input: the shape of a sample.
  public init(name: String, _ descriptions: [LayerDescription], input: [Int]) throws {
    var layers: [any Layer] = []
    var shape = input
    for (place, description) in descriptions.enumerated() {
      for layer in try description.layers(name: "\(name)/\(place)", input: shape) {
        shape = try layer.outputShape(shape)
        layers.append(layer)
      }
    }
    self.layers = layers
    (inputShape, outputShape) = (input, shape)
  }

  /// The parameters of all layers, by full name.
  public var parameters: [LayerParameter] { layers.flatMap(\.namedParameters) }

  /// Records the layers on samples [rows, …], which may come as vectors.
  public func apply(_ x: Variable, _ context: LayerContext) -> Variable {
    layers.reduce(x.reshaped([x.shape[0]] + inputShape)) { $1.record($0, context) }
  }
}
