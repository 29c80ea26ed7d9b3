import Tensors

/// The product of two matrices, each perhaps transposed.
private struct MatrixProduct: Operation {
  let left: Transposition
  let right: Transposition

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    multiply(frame[inputs[0]], left, frame[inputs[1]], right, into: frame[output])
  }

  /// d(AB) = dA B + A dB, with transpositions moved to where they belong.
  func pullback(inputs: [Variable], output: Variable, cotangent g: Variable) -> [Variable?] {
    let (a, b) = (inputs[0], inputs[1])
    let da =
      left == .none
      ? g.product(.none, b, right.flipped) : b.product(right, g, .transposed)
    let db =
      right == .none
      ? a.product(left.flipped, g, .none) : g.product(.transposed, a, left)
    return [da, db]
  }
}

extension Transposition {
  var flipped: Transposition { self == .none ? .transposed : .none }
}

extension Variable {
  /// The matrix product of self [m, k] and another [k, n], each transposed first where asked for.
  public func product(
    _ left: Transposition = .none, _ other: Variable, _ right: Transposition = .none
  ) -> Variable {
    let m = left == .none ? shape[0] : shape[1]
    let n = right == .none ? other.shape[1] : other.shape[0]
    return tape.record(MatrixProduct(left: left, right: right), [self, other], shape: [m, n])
  }
}
