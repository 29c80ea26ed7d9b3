import CKernels
import Foundation
import Tensors

/// log p(x_i | all others) of a machine whose units are all Bernoulli (Besag, 1975).
///
/// A grey x_i counts as that mixture of 0 and 1: x_i log p(1 | rest) + (1 − x_i) log p(0 | rest), given the
/// grey rest.
struct PseudoLikelihood {
  private let machine: RestrictedBoltzmannMachine
  private var grow: [Double] = []
  private var shrink: [Double] = []
  private var group = 1
  private var on: [Double]
  private var off: [Double]
  private var odds: [Double]

  /// Whether all units are on or off.
  static func suits(_ machine: RestrictedBoltzmannMachine) -> Bool {
    machine.hiddenLayer.kind == .bernoulli && machine.visibleLayer.kind == .bernoulli
  }

  init(_ machine: RestrictedBoltzmannMachine) {
    precondition(Self.suits(machine), "of Bernoulli units alone")
    self.machine = machine
    on = Array(repeating: 0, count: machine.hidden)
    off = on
    odds = Array(repeating: 0, count: machine.visible)
  }

  /// Prepares for the weights as they are now, where `exact` will be asked for.
  mutating func prepare() {
    let weights = machine.weights.buffer
    grow = weights.map { exp(Double($0)) }
    shrink = weights.map { exp(-Double($0)) }
    let largest = weights.reduce(Float(0)) { max($0, abs($1)) }
    // Products of `group` factors of at most exp(|w|) stay far inside Float64.
    group = max(1, min(32, Int(300 / max(Double(largest), 1))))
  }

  /// Σ_i log p(x_i | rest) over all i.
  /// - Parameters:
  ///   - sample: x, [visible].
  ///   - activation: b + Wx, [hidden].
  mutating func exact(_ sample: UnsafePointer<Float>, _ activation: UnsafePointer<Float>) -> Double
  {
    for j in 0..<machine.hidden {
      on[j] = 1 / (1 + exp(-Double(activation[j])))
      off[j] = 1 / (1 + exp(Double(activation[j])))
    }
    sdt_visible_log_odds(
      &odds, sample, on, off, machine.weights.pointer, grow, shrink, machine.hidden,
      machine.visible, machine.visible, group)
    return (0..<machine.visible).reduce(0) { sum, unit in
      sum + Self.term(sample[unit], odds[unit] + Double(machine.visibleBias.pointer[unit]))
    }
  }

  /// The mean over units of log p(x_i | rest), times the number of all units: what `exact` is on average
  /// over units drawn at random, with replacement.
  func stochastic(
    _ sample: UnsafePointer<Float>, _ activation: UnsafePointer<Float>, units: [Int]
  ) -> Double {
    let sum = units.reduce(0) { $0 + Self.term(sample[$1], logOdds($1, sample, activation)) }
    return sum * Double(machine.visible) / Double(units.count)
  }

  /// F with x_i = 0 less F with x_i = 1, all others as they are.
  private func logOdds(
    _ unit: Int, _ sample: UnsafePointer<Float>, _ activation: UnsafePointer<Float>
  ) -> Double {
    var sum = Double(machine.visibleBias.pointer[unit])
    let (x, column) = (Double(sample[unit]), machine.weights.pointer + unit)
    for j in 0..<machine.hidden {
      let weight = Double(column[j * machine.visible])
      let rest = Double(activation[j]) - x * weight
      sum += softplus(rest + weight) - softplus(rest)
    }
    return sum
  }

  private static func term(_ x: Float, _ odds: Double) -> Double {
    Double(x) * logSigmoid(odds) + Double(1 - x) * logSigmoid(-odds)
  }
}

/// log(1 / (1 + exp(−x))), stable for any finite x.
func logSigmoid(_ x: Double) -> Double { min(x, 0) - log1p(exp(-abs(x))) }

/// log(1 + exp(x)), stable for any finite x.
func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
