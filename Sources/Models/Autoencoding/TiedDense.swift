import Autograd
import Layers
import Tensors

/// A dense layer of a decoder whose weights are the transpose of an encoder layer's: f(h W + c), with
/// W [hidden, visible] of the encoder and a bias of its own.
struct TiedDense: Layer {
  let name: String
  /// The layer whose weights are used the other way round.
  let partner: Dense
  let activation: Activation

  var parameters: [LayerParameter] { [LayerParameter("bias", [partner.inputs], .constant(0))] }

  func outputShape(_ input: [Int]) throws -> [Int] {
    guard input.reduce(1, *) == partner.outputs else {
      throw LayerError(
        layer: name, expected: "\(partner.outputs) values, as \(partner.name) gives",
        found: "\(input)")
    }
    return [partner.inputs]
  }

  func apply(_ x: Variable, _ context: LayerContext) -> Variable {
    let h = x.reshaped([x.shape[0], partner.outputs])
    return h.product(.none, context.parameter(partner, "weights"), .none)
      .activated(activation, bias: context.parameter(self, "bias"))
  }
}
