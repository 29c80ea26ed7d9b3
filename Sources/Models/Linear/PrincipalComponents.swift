import CKernels
import Tensors

/// The principal components of samples: the orthogonal directions of greatest variance.
///
/// x ≈ μ + Σ_j z_j v_j with z_j = v_j·(x − μ), where v_j are eigenvectors of the covariance. No linear
/// code of as many values has a smaller squared error, which is the sum of the eigenvalues left out.
/// Source: Pearson, "On lines and planes of closest fit to systems of points in space", 1901;
/// Hotelling, "Analysis of a complex of statistical variables into principal components", 1933.
public struct PrincipalComponents: Sendable {
  /// The mean of the samples: [D].
  public let mean: [Double]
  /// The directions, row by row, of length 1, by falling variance: [K, D]. The element of greatest
  /// magnitude of each is positive.
  public let components: [Double]
  /// The variance along each direction, [K]: eigenvalues of the covariance that is divided by N − 1.
  public let explainedVariance: [Double]
  /// The sum of the eigenvalues left out.
  public let discardedVariance: Double
  /// The number of samples, N.
  public let count: Int
  /// The number of values of a sample, D.
  public var width: Int { mean.count }
  /// The number of directions, K.
  public var componentCount: Int { explainedVariance.count }

  /// Decomposes the covariance.
  /// - Parameters:
  ///   - moments: taken around the mean.
  ///   - components: K, at most D and at most N.
  public init(_ moments: SecondMoments, components kept: Int) throws {
    let (width, count) = (moments.width, moments.count)
    precondition(kept > 0 && kept <= min(width, count), "as many components as there can be")
    let eigen = try SymmetricEigenvectors(ofUpper: moments.scatter, size: width)
    // Rounding leaves directions without variance a little below zero.
    let variances = eigen.values.map { max(0, $0) / Double(max(count - 1, 1)) }
    mean = moments.center
    components = Array(eigen.vectors.prefix(kept * width))
    explainedVariance = Array(variances.prefix(kept))
    discardedVariance = variances.dropFirst(kept).reversed().reduce(0, +)
    self.count = count
  }

  /// What was found before.
  public init(
    mean: [Double], components: [Double], explainedVariance: [Double], discardedVariance: Double,
    count: Int
  ) {
    precondition(components.count == mean.count * explainedVariance.count, "K directions of D")
    self.mean = mean
    self.components = components
    self.explainedVariance = explainedVariance
    self.discardedVariance = discardedVariance
    self.count = count
  }

  /// The share of the variance along each direction, [K]; zeros where nothing varies.
  public var explainedVarianceRatio: [Double] {
    let total = explainedVariance.reduce(0, +) + discardedVariance
    return explainedVariance.map { total > 0 ? $0 / total : 0 }
  }

  /// The singular values of the centered samples [N, D]: [K].
  public var singularValues: [Double] {
    explainedVariance.map { ($0 * Double(count - 1)).squareRoot() }
  }

  /// The mean of ‖x − x̂‖² over the samples the directions were found on: the sum of the eigenvalues
  /// left out, with the division by N.
  public var reconstructionError: Double {
    discardedVariance * Double(count - 1) / Double(count)
  }

  /// The codes z of samples.
  /// - Parameters:
  ///   - samples: [rows, D].
  ///   - whiten: whether codes are divided by their deviation, so that all have variance 1. A direction
  ///     without variance gives zeros.
  /// - Returns: [rows, K].
  public func codes(of samples: Tensor, whiten: Bool = false) -> [Double] {
    var codes = project(centered(samples), rows: samples.shape[0])
    guard whiten else { return codes }
    let limit = Self.negligible * (explainedVariance.first ?? 0)
    let scales = explainedVariance.map { $0 > limit ? 1 / $0.squareRoot() : 0 }
    for place in codes.indices { codes[place] *= scales[place % componentCount] }
    return codes
  }

  /// The samples that codes stand for: [rows, D] from [rows, K], not whitened.
  public func reconstructions(of codes: [Double]) -> [Double] {
    let rows = codes.count / componentCount
    var result = [Double](repeating: 0, count: rows * width)
    multiply(codes, components, .none, into: &result, m: rows, n: width, k: componentCount)
    for place in result.indices { result[place] += mean[place % width] }
    return result
  }

  /// The sum of ‖x − x̂‖² over samples [rows, D].
  public func squaredError(of samples: Tensor) -> Double {
    let rows = samples.shape[0]
    var rest = centered(samples)
    let codes = project(rest, rows: rows)
    multiply(
      codes, components, .none, into: &rest, m: rows, n: width, k: componentCount, alpha: -1,
      beta: 1)
    return sdt_sum_squares_f64(rest, rest.count)
  }

  private func centered(_ samples: Tensor) -> [Double] {
    precondition(samples.shape[1] == width, "samples of as many values")
    return [Double](unsafeUninitializedCapacity: samples.count) { buffer, count in
      sdt_center_rows(buffer.baseAddress, samples.pointer, mean, samples.shape[0], width)
      count = samples.count
    }
  }

  private func project(_ centered: [Double], rows: Int) -> [Double] {
    var codes = [Double](repeating: 0, count: rows * componentCount)
    multiply(
      centered, components, .transposed, into: &codes, m: rows, n: componentCount, k: width)
    return codes
  }

  /// Variances below this share of the greatest are rounding.
  private static let negligible = 1e-14
}
