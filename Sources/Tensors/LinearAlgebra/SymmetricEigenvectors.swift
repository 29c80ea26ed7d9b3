import COpenBLAS

/// The eigenvalues and eigenvectors of a real symmetric matrix in Float64 (LAPACK's `dsyevd`).
///
/// Source: Anderson et al., "LAPACK Users' Guide", third edition, SIAM 1999.
public struct SymmetricEigenvectors: Sendable {
  /// The eigenvalues, falling: [n].
  public let values: [Double]
  /// The eigenvectors of length 1, row by row in the order of the values: [n, n]. Of a vector and its
  /// negative it is the one whose element of greatest magnitude, the first of equals, is positive.
  public let vectors: [Double]

  /// Decomposes a matrix.
  /// - Parameters:
  ///   - matrix: [n, n]; only the upper triangle with the diagonal is read.
  ///   - size: n.
  /// - Throws: `EigenvectorError` for a matrix that is not finite.
  public init(ofUpper matrix: [Double], size: Int) throws {
    precondition(matrix.count == size * size, "a square matrix")
    guard matrix.allSatisfy(\.isFinite) else { throw EigenvectorError.notFinite }
    let (rising, columns) = try Self.decompose(matrix, blasint(size))
    values = rising.reversed()
    // What LAPACK stores as columns are rows here.
    var vectors = [Double]()
    vectors.reserveCapacity(columns.count)
    for row in (0..<size).reversed() {
      vectors += Self.oriented(columns[row * size..<(row + 1) * size])
    }
    self.vectors = vectors
  }

  private static func oriented(_ vector: ArraySlice<Double>) -> [Double] {
    var greatest = 0.0
    for value in vector where abs(value) > abs(greatest) { greatest = value }
    return greatest < 0 ? vector.map { -$0 } : Array(vector)
  }

  private static func decompose(
    _ matrix: [Double], _ n: blasint
  ) throws -> (values: [Double], vectors: [Double]) {
    guard n > 0 else { return ([], []) }
    var (a, values) = (matrix, [Double](repeating: 0, count: Int(n)))
    var (work, indices): ([Double], [blasint]) = ([0], [0])
    var (order, info) = (n, blasint(0))
    // The first call asks how much room the second one wants.
    for query in [true, false] {
      var (workCount, indexCount) = query ? (-1, -1) : (blasint(work.count), blasint(indices.count))
      // The upper triangle of rows is the lower one of columns.
      dsyevd_(
        "V", "L", &order, &a, &order, &values, &work, &workCount, &indices, &indexCount, &info,
        1, 1)
      guard info == 0 else { throw EigenvectorError.notConverged(Int(info)) }
      guard query else { break }
      let (doubles, integers) = (Int(work[0]), Int(indices[0]))
      work = [Double](repeating: 0, count: doubles)
      indices = [blasint](repeating: 0, count: integers)
    }
    return (values, a)
  }
}

/// A matrix without eigenvectors that could be found.
public enum EigenvectorError: Error, CustomStringConvertible, Equatable {
  /// An element is infinite or not a number.
  case notFinite
  /// LAPACK gave up (`info` of `dsyevd`).
  case notConverged(Int)

  /// One line.
  public var description: String {
    switch self {
    case .notFinite: "no eigenvectors: the matrix has elements that are not finite"
    case .notConverged(let info): "no eigenvectors: LAPACK's dsyevd gave up (info \(info))"
    }
  }
}
