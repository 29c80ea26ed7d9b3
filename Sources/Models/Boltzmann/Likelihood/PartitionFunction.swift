import Foundation
import Tensors

/// The exact log Z of a restricted Boltzmann machine, by summing over all states of one layer, with the
/// other summed or integrated out in closed form.
///
/// Z = Σ_s exp(b·s) Π_i (1 + exp(c_i + (Ws)_i)) where the other layer is Bernoulli, with the logarithm of
/// a group's sum in the place of its units where that layer has a label, and Σ_s exp(b·s + ½|c + Ws|²)
/// (2π)^{D/2} where it is Gaussian. So Z fits the machine's free energy: log p(x) = −F(x) − log Z, per unit
/// of u = x / σ where visible units are Gaussian, and without the constant of Gaussian hidden units, which
/// their free energy leaves out too. All sums are Float64. States are counted in binary; blocks of states
/// of fixed size are dealt to ranks.
public struct PartitionFunction {
  /// The most units of a layer that is summed over.
  public static let mostUnits = 25

  /// The number of units whose states have to be summed over: those of the smaller layer of a Bernoulli
  /// machine, else those of the Bernoulli layer; nil where no layer is one.
  public static func summedUnits(_ machine: RestrictedBoltzmannMachine) -> Int? {
    switch (machine.visibleLayer.kind, machine.hiddenLayer.kind) {
    case (.bernoulli, .bernoulli): min(machine.visible, machine.hidden)
    case (_, .bernoulli): machine.hidden
    case (.bernoulli, _): machine.visible
    default: nil
    }
  }

  /// Whether a machine is small enough.
  public static func canSum(_ machine: RestrictedBoltzmannMachine) -> Bool {
    summedUnits(machine).map { $0 <= mostUnits } ?? false
  }

  private let summed: Int
  private let fields: StateFields
  private let constant: Double

  /// Of a machine as it is now.
  /// - Precondition: `canSum(machine)`.
  public init(_ machine: RestrictedBoltzmannMachine) {
    precondition(Self.canSum(machine), "at most \(Self.mostUnits) units are summed over")
    let (visible, hidden) = (machine.visibleLayer, machine.hiddenLayer)
    summed = Self.summedUnits(machine)!
    let overHidden = hidden.kind == .bernoulli && summed == hidden.count
    let weights = Tensor(summed, overHidden ? visible.count : hidden.count)
    if overHidden {
      weights.assign(machine.weights)
    } else {
      transpose(machine.weights, into: weights)
    }
    fields = StateFields(
      weights, summed: overHidden ? hidden : visible, other: overHidden ? visible : hidden)
    constant = overHidden ? visible.integralConstant : 0
  }

  /// log Z, the same bits on any number of ranks. Every rank calls this together.
  public func logarithm(across: any GlobalGather) throws -> Double {
    let blockBits = min(summed, 12)
    let deal = BlockDeal(1 << (summed - blockBits), block: 1, across: across)
    let own = deal.local.map { fields.logSum(block: $0, bits: blockBits) }
    return constant + logSumExp(try across.gather(own, counts: deal.counts))
  }
}

extension UnitLayer {
  /// What the integral over Gaussian u has beside `marginalTerm`: ½ log 2π a unit, and where σ is its own
  /// the square that completes the energy's, −½ (c/σ)²; 0 of other units.
  var integralConstant: Double {
    guard kind.isGaussian else { return 0 }
    let normal = 0.5 * log(2 * Double.pi) * Double(count)
    guard logVariance != nil else { return normal }
    return unitBias().elements.reduce(normal) { $0 - 0.5 * Double($1) * Double($1) }
  }

  /// Σ log σ_i: what the log-density of x = σu is less than that of u.
  public var logScale: Double {
    logVariance.map { $0.elements.reduce(0) { $0 + 0.5 * Double($1) } } ?? 0
  }
}

/// log Σ exp(x), from the largest down; −∞ of none, and not a number where one is none.
public func logSumExp(_ values: some Collection<Double>) -> Double {
  let largest = values.reduce(-Double.infinity) { $1 <= $0 ? $0 : $1 }
  guard largest.isFinite else { return values.contains { $0.isNaN } ? .nan : largest }
  return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
}
