import Tensors

/// The product of two matrices, each perhaps transposed. Values of more axes are seen as matrices: their
/// memory is the same.
private struct MatrixProduct: Operation {
  let left: Transposition
  let right: Transposition
  let size: ProductSize

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (a, b) = (frame[inputs[0]].pointer, frame[inputs[1]].pointer)
    multiply(size, a, left, b, right, into: frame[output].pointer)
  }

  /// d(AB) = dA B + A dB, with transpositions moved to where they belong.
  func pullback(inputs: [Variable], output: Variable, cotangent g: Variable) -> [Variable?] {
    let (a, b) = (inputs[0], inputs[1])
    let (m, n, k) = (size.rows, size.columns, size.inner)
    let (byRow, ofInner) = (
      ProductSize(rows: m, columns: k, inner: n), ProductSize(rows: k, columns: m, inner: n)
    )
    let da =
      left == .none
      ? g.product(byRow, .none, b, right.flipped, shape: a.shape)
      : b.product(ofInner, right, g, .transposed, shape: a.shape)
    let db =
      right == .none
      ? a.product(
        ProductSize(rows: k, columns: n, inner: m), left.flipped, g, .none, shape: b.shape)
      : g.product(
        ProductSize(rows: n, columns: k, inner: m), .transposed, a, left, shape: b.shape)
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
    let (m, k) = left == .none ? (shape[0], shape[1]) : (shape[1], shape[0])
    let (inner, n) =
      right == .none ? (other.shape[0], other.shape[1]) : (other.shape[1], other.shape[0])
    precondition(
      shape.count == 2 && other.shape.count == 2 && inner == k,
      "shapes \(shape) and \(other.shape) fit a product")
    return product(
      ProductSize(rows: m, columns: n, inner: k), left, other, right, shape: [m, n])
  }

  /// The product of values of any axes, seen as matrices of a size.
  func product(
    _ size: ProductSize, _ left: Transposition, _ other: Variable, _ right: Transposition,
    shape: [Int]
  ) -> Variable {
    precondition(
      count == size.rows * size.inner && other.count == size.inner * size.columns,
      "\(self.shape) and \(other.shape) have the elements of \(size)")
    return tape.record(
      MatrixProduct(left: left, right: right, size: size), [self, other], shape: shape)
  }
}
