import COpenBLAS

/// The sizes of a matrix product: [rows, inner] · [inner, columns].
public struct ProductSize: Sendable, Equatable {
  /// Of the left matrix and the result.
  public let rows: Int
  /// Of the right matrix and the result.
  public let columns: Int
  /// What is summed over.
  public let inner: Int

  /// The sizes of a product.
  public init(rows: Int, columns: Int, inner: Int) {
    (self.rows, self.columns, self.inner) = (rows, columns, inner)
  }
}

/// result[rows, columns] = a · b + beta · result (`cblas_sgemm`), on memory that need not be whole
/// tensors, nor of two axes.
/// - Parameters:
///   - a: [rows, inner], or [inner, rows] when transposed.
///   - b: [inner, columns], or [columns, inner] when transposed.
public func multiply(
  _ size: ProductSize, _ a: UnsafePointer<Float>, _ transpositionA: Transposition,
  _ b: UnsafePointer<Float>, _ transpositionB: Transposition,
  into result: UnsafeMutablePointer<Float>, beta: Float = 0
) {
  guard size.rows > 0, size.columns > 0 else { return }
  let stepA = transpositionA == .none ? size.inner : size.rows
  let stepB = transpositionB == .none ? size.columns : size.inner
  cblas_sgemm(
    CblasRowMajor, transpositionA.cblas, transpositionB.cblas, blasint(size.rows),
    blasint(size.columns), blasint(size.inner), 1, a, blasint(max(stepA, 1)), b,
    blasint(max(stepB, 1)), beta, result, blasint(size.columns))
}
