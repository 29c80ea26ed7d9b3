import Autograd
import Layers
import Tensors

/// A penalty λ‖∂h/∂x‖_F² on the derivatives of a code by what was encoded: codes change little
/// where the data does not.
///
/// Source: Rifai, Vincent, Muller, Glorot, Bengio, "Contractive Auto-Encoders", ICML 2011.
public struct Contraction: Sendable, Equatable {
  /// How it is computed.
  public enum Form: String, Sendable, CaseIterable {
    /// In closed form where the encoder is one dense layer of sigmoid units, else by the tape.
    case automatic
    /// Σ_j (h_j (1 − h_j))² Σ_i W_ji², which only such an encoder has.
    case closed
    /// The derivative of every unit of the code, differentiated again: any encoder, at the price of a pass
    /// backwards for every unit.
    case tape
  }

  /// The weight λ.
  public var weight: Double
  /// How it is computed.
  public var form: Form

  /// A penalty.
  public init(weight: Double, form: Form = .automatic) {
    (self.weight, self.form) = (weight, form)
  }

  /// Whether an encoder has the closed form.
  static func hasClosedForm(_ encoder: Sequential) -> Bool {
    guard encoder.layers.count == 1, let dense = encoder.layers[0] as? Dense else { return false }
    return dense.activation == .sigmoid
  }

  /// Whether it is computed in closed form.
  func isClosed(_ encoder: Sequential) -> Bool { form != .tape && Self.hasClosedForm(encoder) }

  /// ‖∂h/∂x‖_F² of every sample, [rows, 1].
  /// - Parameters:
  ///   - code: h, [rows, code].
  ///   - input: x, which h was recorded from.
  func rows(
    _ code: Variable, by input: Variable, encoder: Sequential, _ context: LayerContext
  ) -> Variable {
    if isClosed(encoder) {
      return closed(code, context.parameter(encoder.layers[0], "weights"))
    }
    precondition(form != .closed, "an encoder of one dense layer of sigmoid units")
    return byTape(code, input)
  }

  private func closed(_ code: Variable, _ weights: Variable) -> Variable {
    let slopes = (code - code.squared).squared
    return slopes.product(.none, weights.squared.rowSums, .none)
  }

  private func byTape(_ code: Variable, _ input: Variable) -> Variable {
    let tape = code.tape
    let squares = (0..<code.shape[1]).map { unit in
      // A unit of a sample depends on that sample alone, so the sum over samples mixes nothing.
      let total = code.slice(axis: 1, unit..<unit + 1).total
      return tape.gradients(of: total, for: [input])[0].squared.rowSums
    }
    return squares.dropFirst().reduce(squares[0], +)
  }
}
