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

  /// Enumerates a machine as its parameters are.
  /// - Precondition: the machine has at most `mostUnits` units.
  public init(_ machine: BoltzmannMachine) {
    precondition(machine.units <= Self.mostUnits, "few enough units to enumerate")
    visible = machine.visible
    let weights = Self.logWeights(BoltzmannCouplings(machine))
    let marginal = Self.marginal(weights, visibleStates: 1 << machine.visible)
    let logPartition = Self.logSumExp(marginal)
    self.logPartition = logPartition
    logProbabilities = marginal.map { $0 - logPartition }
  }

  /// log p(x) of a sample [visible], in nats; of a grey one the mean over the binary samples drawn
  /// from it, unit by unit.
  public func logLikelihood(_ x: UnsafePointer<Float>) -> Double {
    if let state = state(x) { return logProbabilities[state] }
    var means = logProbabilities
    // The highest bit first: what is left is the lower half of the table.
    for unit in (0..<visible).reversed() {
      let (half, on) = (1 << unit, Double(x[unit]))
      for state in 0..<half {
        means[state] = (1 - on) * means[state] + on * means[state + half]
      }
    }
    return means[0]
  }

  /// The number of a binary state; nil when a value is grey.
  private func state(_ x: UnsafePointer<Float>) -> Int? {
    var state = 0
    for unit in 0..<visible {
      guard x[unit] == 0 || x[unit] == 1 else { return nil }
      if x[unit] == 1 { state |= 1 << unit }
    }
    return state
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

  private static func logSumExp(_ values: [Double]) -> Double {
    let largest = values.reduce(-.infinity) { $1 <= $0 ? $0 : $1 }
    return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
  }
}
