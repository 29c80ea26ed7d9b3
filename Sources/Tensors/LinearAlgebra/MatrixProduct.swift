import COpenBLAS

/// Whether a matrix enters a product as it is or transposed.
public enum Transposition: Sendable {
  /// As stored.
  case none
  /// Rows and columns exchanged.
  case transposed

  var cblas: CBLAS_TRANSPOSE { self == .none ? CblasNoTrans : CblasTrans }
}

/// result[m, n] = alpha · a · b + beta · result (`cblas_sgemm`).
///
/// OpenBLAS may give other bits for the same row when the number of rows of the call changes, so
/// whoever needs equal bits on any number of ranks calls this with shapes that do not depend on it:
/// one call a logical shard.
/// - Parameters:
///   - a: [m, k], or [k, m] when transposed.
///   - b: [k, n], or [n, k] when transposed.
public func multiply(
  _ a: Tensor, _ transpositionA: Transposition = .none,
  _ b: Tensor, _ transpositionB: Transposition = .none,
  into result: Tensor, alpha: Float = 1, beta: Float = 0
) {
  let (m, k) = transpositionA == .none ? (a.shape[0], a.shape[1]) : (a.shape[1], a.shape[0])
  let (kb, n) = transpositionB == .none ? (b.shape[0], b.shape[1]) : (b.shape[1], b.shape[0])
  precondition(k == kb && result.shape[0] == m && result.shape[1] == n, "shapes fit a product")
  guard m > 0, n > 0 else { return }
  cblas_sgemm(
    CblasRowMajor, transpositionA.cblas, transpositionB.cblas,
    blasint(m), blasint(n), blasint(k),
    alpha, a.pointer, blasint(a.shape[1]), b.pointer, blasint(b.shape[1]),
    beta, result.pointer, blasint(n))
}

/// result[n, m] = a[m, n] with rows and columns exchanged (`cblas_somatcopy`).
public func transpose(_ a: Tensor, into result: Tensor) {
  let (m, n) = (a.shape[0], a.shape[1])
  precondition(result.shape[0] == n && result.shape[1] == m, "the shape of the transposed matrix")
  cblas_somatcopy(
    CblasRowMajor, CblasTrans, blasint(m), blasint(n), 1, a.pointer, blasint(n), result.pointer,
    blasint(m))
}
