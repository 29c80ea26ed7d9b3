import COpenBLAS

/// result[columns, columns] += aᵀ a, in Float64 (`cblas_dsyrk`). Only the upper triangle with the
/// diagonal is read and written.
///
/// As with every product, bits may change with the number of rows of the call: whoever needs them
/// equal on any number of ranks adds blocks of sizes that do not depend on it.
/// - Parameter a: [rows, columns].
public func addGram(
  of a: UnsafePointer<Double>, rows: Int, columns: Int, to result: UnsafeMutablePointer<Double>
) {
  guard rows > 0, columns > 0 else { return }
  cblas_dsyrk(
    CblasRowMajor, CblasUpper, CblasTrans, blasint(columns), blasint(rows), 1, a,
    blasint(columns), 1, result, blasint(columns))
}

/// result[m, n] = alpha · a · b + beta · result, in Float64 (`cblas_dgemm`).
/// - Parameters:
///   - a: [m, k].
///   - b: [k, n], or [n, k] when transposed.
public func multiply(
  _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ transpositionB: Transposition,
  into result: UnsafeMutablePointer<Double>, m: Int, n: Int, k: Int, alpha: Double = 1,
  beta: Double = 0
) {
  guard m > 0, n > 0, k > 0 else { return }
  cblas_dgemm(
    CblasRowMajor, CblasNoTrans, transpositionB.cblas, blasint(m), blasint(n), blasint(k), alpha,
    a, blasint(k), b, blasint(transpositionB == .none ? n : k), beta, result, blasint(n))
}
