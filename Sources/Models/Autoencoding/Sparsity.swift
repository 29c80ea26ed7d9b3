import Autograd
import Foundation
import Tensors

/// A penalty on active codes.
public enum Sparsity: Sendable, Equatable {
  /// Whose mean activity is compared with the target. Neither depends on the number of ranks.
  public enum Group: String, Sendable, CaseIterable {
    /// A logical shard's share of a batch.
    case shard
    /// The whole batch, summed over all shards in the middle of the step.
    case global
  }

  /// λ‖h‖₁.
  case magnitude(weight: Double)
  /// λ Σ_j KL(target ‖ mean activity of unit j), for units in 0 … 1 (Lee, Ekanadham, Ng, 2008; Ng,
  /// CS294A lecture notes, 2011).
  case divergence(weight: Double, target: Double, group: Group)

  /// The penalty's part of this shard, a sum over its samples, of shape [1]. A mean activity's penalty
  /// counts once for each sample, so that the batch's mean is the penalty of one.
  func penalty(_ code: Variable) -> Variable {
    let rows = code.shape[0]
    switch self {
    case .magnitude(let weight): return code.magnitude.total.affine(Float(weight))
    case .divergence(let weight, let target, let group):
      var sums = code.sum(to: [1, code.shape[1]])
      var count = code.tape.constant(Float(max(rows, 1)), shape: [1, 1])
      if group == .global {
        sums = sums.sumOverShards
        count = code.tape.constant(Float(rows), shape: [1, 1]).sumOverShards
      }
      return Self.divergence(sums / count, target: Float(target)).total
        .affine(Float(weight) * Float(rows))
    }
  }

  /// How far activities are from 0 and 1 at least, where the divergence would be infinite.
  static let margin: Float = 1e-6

  /// KL(target ‖ activity) of every unit, both the probability of a unit that is on.
  private static func divergence(_ activity: Variable, target: Float) -> Variable {
    let inside = activity.affine(1 - 2 * margin, margin)
    let on = inside.logarithm.affine(-target)
    let off = inside.affine(-1, 1).logarithm.affine(target - 1)
    return (on + off).affine(1, entropy(target))
  }

  /// The same of numbers, summed over units.
  static func divergence(_ activities: [Double], target: Double) -> Double {
    activities.reduce(0) { sum, activity in
      let inside = activity * (1 - 2 * Double(margin)) + Double(margin)
      return sum - target * log(inside) - (1 - target) * log(1 - inside)
        + Double(entropy(Float(target)))
    }
  }

  /// target log target + (1 − target) log(1 − target): the part of the divergence that is fixed.
  private static func entropy(_ target: Float) -> Float {
    let target = Double(target)
    return Float([target, 1 - target].reduce(0) { $1 > 0 ? $0 + $1 * log($1) : $0 })
  }
}
