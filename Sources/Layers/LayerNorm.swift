import Autograd
import Tensors

/// Every sample's last axis brought to mean 0 and variance 1, then scaled and shifted
/// (Ba, Kiros, Hinton, "Layer Normalization", 2016).
public struct LayerNorm: Layer {
  /// The name in the model.
  public let name: String
  /// The size of the last axis.
  public let width: Int
  /// Added to the variance.
  public let epsilon: Float

  /// A normalisation of vectors of a size.
  public init(name: String, width: Int, epsilon: Float = 1e-5) {
    (self.name, self.width, self.epsilon) = (name, width, epsilon)
  }

  /// `scale` and `offset`, [width].
  public var parameters: [LayerParameter] {
    [
      LayerParameter("scale", [width], .constant(1)),
      LayerParameter("offset", [width], .constant(0)),
    ]
  }

  /// The shape of a sample of the result.
  public func outputShape(_ input: [Int]) throws -> [Int] {
    try require(Array(input.suffix(1)), [width])
    return input
  }

  /// Records the layer.
  public func apply(_ x: Variable, _ context: LayerContext) -> Variable {
    let rows = x.count / width
    let values = x.reshaped([rows, width])
    let centred = values - values.sum(to: [rows, 1]).affine(1 / Float(width))
    let variance = centred.dot(centred, to: [rows, 1]).affine(1 / Float(width), epsilon)
    let normal = centred * (x.tape.constant(1, shape: [rows, 1]) / variance.squareRoot)
    let result = normal * context.parameter(self, "scale") + context.parameter(self, "offset")
    return result.reshaped(x.shape)
  }
}
