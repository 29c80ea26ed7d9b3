import CKernels
import Tensors

/// X = U S Vᵀ of a tall matrix X [N, D], distributed by rows, through the eigenvectors of XᵀX.
///
/// One pass over X and one small decomposition, whatever N; but XᵀX holds the squares: a singular
/// value s is right to about 1e-16 · s₁² / s, so what lies below 1e-8 of the greatest, s₁, is noise. A
/// decomposition that needs those works on X itself.
/// Source: Golub, Van Loan, "Matrix Computations", fourth edition, 2013, section 8.6.
public struct TallSingularValues: Sendable {
  /// The greatest K singular values, falling: [K].
  public let values: [Double]
  /// The right singular vectors, row by row: [K, D]. The element of greatest magnitude of each is
  /// positive.
  public let right: [Double]
  private let width: Int

  /// Decomposes samples as they are, not centered. Every rank calls this together.
  /// - Parameter kept: K, at most D.
  public init(_ samples: any ShardedSamples, values kept: Int, across: any GlobalSum) throws {
    width = samples.width
    precondition(kept > 0 && kept <= width, "at most as many values as the matrix has columns")
    let moments = try SecondMoments(samples, around: .origin, across: across)
    let eigen = try SymmetricEigenvectors(ofUpper: moments.scatter, size: width)
    values = eigen.values.prefix(kept).map { max(0, $0).squareRoot() }
    right = Array(eigen.vectors.prefix(kept * width))
  }

  /// The rows of U that belong to rows of X: [rows, K] from [rows, D]. Columns of singular values that
  /// are noise are zero.
  public func left(of rows: Tensor) -> [Double] {
    let (count, kept) = (rows.shape[0], values.count)
    let wide = rows.elements.map(Double.init)
    var left = [Double](repeating: 0, count: count * kept)
    multiply(wide, right, .transposed, into: &left, m: count, n: kept, k: width)
    let scales = values.map { $0 > 1e-8 * values[0] ? 1 / $0 : 0 }
    for place in left.indices { left[place] *= scales[place % kept] }
    return left
  }
}
