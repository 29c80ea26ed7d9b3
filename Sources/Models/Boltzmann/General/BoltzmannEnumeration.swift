import Foundation
import Tensors

/// A small Boltzmann machine's distribution, exactly: every state is visited, in Float64.
///
/// Visible units are the low bits of a state's number, hidden ones the high bits. The weights of states
/// are made by doubling: those with a further unit on are those without it, each with that unit's field;
/// so an entry is a sum of as many terms as there are units, and no error builds up from state to state.
public struct BoltzmannEnumeration {
  /// The most units of a machine that is enumerated: a million states, 8 MiB a table.
  public static let mostUnits = 20

  /// log Z, in nats.
  public let logPartition: Double
  /// log p(v) of every visible state, [2^visible], in nats; bit i of the place is unit i.
  public let logProbabilities: [Double]
  private let visible: Int
  /// Where there are no hidden units.
  private let energy: UnitEnergy?

  /// Enumerates a machine as its parameters are.
  /// - Precondition: the machine has at most `mostUnits` units.
  public init(_ machine: BoltzmannMachine) {
    precondition(machine.units <= Self.mostUnits, "few enough units to enumerate")
    visible = machine.visible
    let couplings = BoltzmannCouplings(machine)
    energy = machine.hidden == 0 ? UnitEnergy(couplings) : nil
    let weights = Self.logWeights(couplings)
    let marginal = Self.marginal(weights, visibleStates: 1 << machine.visible)
    let logPartition = logSumExp(marginal)
    self.logPartition = logPartition
    logProbabilities = marginal.map { $0 - logPartition }
  }

  /// log p(x) of a sample [visible], in nats; of a grey one the mean over the binary samples drawn
  /// from it, unit by unit.
  ///
  /// Without hidden units log p is linear in every unit by itself: that mean is log p's own formula at
  /// the grey values. With hidden units it is a sum over the states of the grey units, 2^grey terms: of at
  /// most 19 of them, for the one hidden unit that such a machine has.
  public func logLikelihood(_ x: UnsafePointer<Float>) -> Double {
    var (state, grey) = (0, [Int]())
    for unit in 0..<visible {
      if x[unit] == 1 { state |= 1 << unit } else if x[unit] != 0 { grey.append(unit) }
    }
    guard !grey.isEmpty else { return logProbabilities[state] }
    if let energy { return energy.negative(x) - logPartition }
    return mean(x, grey, grey.count, state)
  }

  /// The mean of log p over the states of the first `count` grey units, the others being as in `state`.
  private func mean(
    _ x: UnsafePointer<Float>, _ grey: [Int], _ count: Int, _ state: Int
  ) -> Double {
    guard count > 0 else { return logProbabilities[state] }
    let (unit, on) = (grey[count - 1], Double(x[grey[count - 1]]))
    return (1 - on) * mean(x, grey, count - 1, state)
      + on * mean(x, grey, count - 1, state | 1 << unit)
  }

  /// −E of every state, [2^units].
  private static func logWeights(_ couplings: BoltzmannCouplings) -> [Double] {
    let units = couplings.machine.units
    var weights = [Double](repeating: 0, count: 1 << units)
    var field = [Double](repeating: 0, count: 1 << max(units - 1, 0))
    for unit in 0..<units {
      // The field of this unit at every state of those before it.
      field[0] = Double(couplings.bias.pointer[unit])
      for other in 0..<unit {
        let coupling = Double(couplings.all.pointer[unit * units + other])
        let half = 1 << other
        for state in 0..<half { field[state + half] = field[state] + coupling }
      }
      let half = 1 << unit
      for state in 0..<half { weights[state + half] = weights[state] + field[state] }
    }
    return weights
  }

  /// log Σ over hidden states, of every visible state.
  private static func marginal(_ weights: [Double], visibleStates: Int) -> [Double] {
    var largest = Array(weights[0..<visibleStates])
    for (state, weight) in weights.enumerated() {
      let place = state & (visibleStates - 1)
      // Written so that a NaN stays.
      if !(weight <= largest[place]) { largest[place] = weight }
    }
    var sums = [Double](repeating: 0, count: visibleStates)
    for (state, weight) in weights.enumerated() {
      let place = state & (visibleStates - 1)
      sums[place] += exp(weight - largest[place])
    }
    return zip(largest, sums).map { $0 + log($1) }
  }
}

/// −E of a machine without hidden units, a polynomial that is linear in every unit.
private struct UnitEnergy {
  private let bias: [Double]
  /// 2W, [units, units].
  private let weights: [Double]

  init(_ couplings: BoltzmannCouplings) {
    bias = couplings.bias.elements.map(Double.init)
    weights = couplings.all.elements.map(Double.init)
  }

  /// Σ_i x_i (c_i + Σ_{j < i} 2W_ij x_j).
  func negative(_ x: UnsafePointer<Float>) -> Double {
    bias.indices.reduce(0) { sum, i in
      let field = (0..<i).reduce(bias[i]) { $0 + weights[i * bias.count + $1] * Double(x[$1]) }
      return sum + Double(x[i]) * field
    }
  }
}
