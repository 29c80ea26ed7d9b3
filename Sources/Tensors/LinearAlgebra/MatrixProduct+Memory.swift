import COpenBLAS

/// result[rows, columns] = a[rows, inner] · b + beta · result (`cblas_sgemm`), on memory that need not
/// be whole tensors.
/// - Parameter b: [inner, columns], or [columns, inner] when transposed.
public func multiply(
  rows: Int, columns: Int, inner: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  _ transposition: Transposition, into result: UnsafeMutablePointer<Float>, beta: Float = 0
) {
  guard rows > 0, columns > 0 else { return }
  let step = transposition == .none ? columns : inner
  cblas_sgemm(
    CblasRowMajor, CblasNoTrans, transposition.cblas, blasint(rows), blasint(columns),
    blasint(inner), 1, a, blasint(max(inner, 1)), b, blasint(max(step, 1)), beta, result,
    blasint(columns))
}

/// result[rows, columns] = aᵀ · b + beta · result, a [inner, rows], b [inner, columns].
public func multiplyTransposed(
  rows: Int, columns: Int, inner: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  into result: UnsafeMutablePointer<Float>, beta: Float = 0
) {
  guard rows > 0, columns > 0 else { return }
  cblas_sgemm(
    CblasRowMajor, CblasTrans, CblasNoTrans, blasint(rows), blasint(columns), blasint(inner), 1,
    a, blasint(rows), b, blasint(columns), beta, result, blasint(columns))
}
