import Foundation
import Tensors

@testable import Models

/// Machines of a few units of every kind, and their densities by plain sums in Float64.
struct SmallMachine {
  let machine: RestrictedBoltzmannMachine
  private let (w, b, c): ([Double], [Double], [Double])
  private let sigma: [Double]
  private let hiddenStates: [[Double]]
  private var logPartition = 0.0

  /// Weights, biases and log-variances are drawn from normal distributions.
  init(
    visible: Int, hidden: Int, _ visibleUnits: UnitKind = .bernoulli,
    _ hiddenUnits: UnitKind = .bernoulli, seed: UInt64, deviation: Float = 0.7
  ) {
    machine = RestrictedBoltzmannMachine(
      visible: visible, hidden: hidden, visibleUnits: visibleUnits, hiddenUnits: hiddenUnits)
    machine.initialize(seed: seed, deviation: deviation)
    let stream = RandomStream(seed: seed, purpose: .chainStart)
    stream.normal(item: 0, into: machine.hiddenBias.buffer)
    stream.normal(item: 1, into: machine.visibleBias.buffer)
    if case .gaussian(.learned) = visibleUnits {
      let variances = machine.visibleLayer.logVariance!
      stream.normal(item: 2, into: variances.buffer)
      variances.scale(by: 0.5)
    }
    w = machine.weights.elements.map(Double.init)
    b = machine.hiddenBias.elements.map(Double.init)
    c = machine.visibleBias.elements.map(Double.init)
    sigma =
      machine.visibleLayer.logVariance.map { $0.elements.map { exp(0.5 * Double($0)) } }
      ?? Array(repeating: 1, count: visible)
    hiddenStates = Self.states(hidden)
    logPartition = sumOfAll()
  }

  /// All states of a layer of units that are on or off, those of a label one-hot.
  static func states(_ count: Int, classes: Int = 0) -> [[Double]] {
    let units = count - classes
    let bits = (0..<1 << units).map { state in (0..<units).map { Double(state >> $0 & 1) } }
    guard classes > 0 else { return bits }
    return bits.flatMap { row in
      (0..<classes).map { label in row + (0..<classes).map { $0 == label ? 1 : 0 } }
    }
  }

  /// log p(x), of x in the data's scale with its label one-hot, from the definition of the energy: the sum
  /// over h of exp(−E(x, h)) over the sum (integral) over all x and h.
  func logDensity(_ x: [Double]) -> Double {
    logSumExp(hiddenStates.map { -energy(x, $0) }) - logPartition
  }

  /// E(x, h) as the models' definition has it.
  private func energy(_ x: [Double], _ h: [Double]) -> Double {
    var energy = -zip(b, h).reduce(0) { $0 + $1.0 * $1.1 }
    for j in h.indices {
      for i in x.indices { energy -= h[j] * w[j * x.count + i] * x[i] / sigma[i] }
    }
    switch machine.visibleLayer.kind {
    case .gaussian(.unit):
      for i in x.indices { energy += 0.5 * x[i] * x[i] - c[i] * x[i] }
    case .gaussian:
      for i in x.indices { energy += 0.5 * pow((x[i] - c[i]) / sigma[i], 2) }
    default: for i in x.indices { energy -= c[i] * x[i] }
    }
    return energy
  }

  /// log Σ_h ∫dx exp(−E), Gaussian x by the integral of every one, ∫ exp(−½(x/σ)² + t x) = σ√2π exp(½σ²t²).
  private func sumOfAll() -> Double {
    let hidden = hiddenStates
    guard machine.visibleLayer.kind.isGaussian else {
      let visible = Self.states(machine.visible, classes: machine.visibleLayer.kind.classes)
      return logSumExp(visible.flatMap { x in hidden.map { -energy(x, $0) } })
    }
    return logSumExp(
      hidden.map { h in
        var sum = zip(b, h).reduce(0) { $0 + $1.0 * $1.1 }
        for i in 0..<machine.visible {
          var slope = h.indices.reduce(0) { $0 + h[$1] * w[$1 * machine.visible + i] / sigma[i] }
          let completes = machine.visibleLayer.logVariance != nil
          slope += completes ? c[i] / (sigma[i] * sigma[i]) : c[i]
          sum += log(sigma[i] * (2 * Double.pi).squareRoot()) + 0.5 * pow(sigma[i] * slope, 2)
          sum -= completes ? 0.5 * pow(c[i] / sigma[i], 2) : 0
        }
        return sum
      })
  }
}
