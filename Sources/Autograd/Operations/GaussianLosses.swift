import Foundation
import Tensors

extension Variable {
  /// A value as rows: [rows, everything else].
  private var asRows: Variable { reshaped([shape[0], shape.product(after: 0)]) }

  /// Σ over a sample, [rows, 1].
  public var rowSums: Variable { asRows.sum(axis: 1) }

  /// Σ (x − y)² over a sample, [rows, 1].
  public func squaredError(_ targets: Variable) -> Variable {
    let difference = (self - targets).asRows
    return difference.dot(difference, to: [shape[0], 1])
  }

  /// −log N(x; μ, diag e^{log σ²}) of a sample, [rows, 1]; this value is the mean μ.
  /// - Parameters:
  ///   - targets: x, of the mean's shape.
  ///   - logVariance: log σ², of the mean's shape or one that is repeated to it.
  public func gaussianNegativeLogLikelihood(_ targets: Variable, logVariance: Variable) -> Variable
  {
    let squares = (self - targets).squared * (-logVariance).exponential
    let sums = (squares + logVariance).rowSums
    return sums.affine(0.5, Float(0.5 * log(2 * Double.pi)) * Float(shape.product(after: 0)))
  }

  /// KL(N(μ, diag e^{log σ²}) ‖ N(0, I)) of every dimension; this value is the mean μ.
  public func standardNormalDivergences(logVariance: Variable) -> Variable {
    (squared + logVariance.exponential - logVariance).affine(0.5, -0.5)
  }

  /// KL(N(μ, diag e^{log σ²}) ‖ N(0, I)) of a sample, [rows, 1]: summed over dimensions, as in
  /// Kingma and Welling, "Auto-Encoding Variational Bayes", 2014, appendix B.
  public func standardNormalDivergence(logVariance: Variable) -> Variable {
    standardNormalDivergences(logVariance: logVariance).rowSums
  }
}
