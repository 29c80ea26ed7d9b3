import Foundation

@testable import Models

/// A machine of three Gaussian visible and two Bernoulli hidden units in Float64, written from its energy
/// Σ (x − c)² / (2σ²) − Σ h W x / σ − Σ b h; its parameters are W, b, c and log σ², one after the other.
struct GaussianReference {
  static let visible = 3
  static let hidden = 2
  static let start = GaussianReference([
    0.8, -0.5, 0.3, -0.4, 0.6, 0.9, 0.2, -0.3, 0.5, -0.7, 0.1, 0.4, -0.6, 0.2,
  ])

  var parameters: [Double]
  init(_ parameters: [Double]) { self.parameters = parameters }

  func weight(_ j: Int, _ i: Int) -> Double { parameters[j * Self.visible + i] }
  func hiddenBias(_ j: Int) -> Double { parameters[6 + j] }
  func visibleBias(_ i: Int) -> Double { parameters[8 + i] }
  func deviation(_ i: Int) -> Double { exp(parameters[11 + i] / 2) }

  static let hiddenStates: [[Double]] = [[0, 0], [1, 0], [0, 1], [1, 1]]

  func energy(_ x: [Double], _ h: [Double]) -> Double {
    var energy = 0.0
    for i in 0..<Self.visible {
      energy += pow(x[i] - visibleBias(i), 2) / (2 * pow(deviation(i), 2))
      for j in 0..<Self.hidden { energy -= h[j] * weight(j, i) * x[i] / deviation(i) }
    }
    for j in 0..<Self.hidden { energy -= hiddenBias(j) * h[j] }
    return energy
  }

  /// The mean of x given h.
  func center(_ h: [Double], _ i: Int) -> Double {
    visibleBias(i)
      + deviation(i) * (0..<Self.hidden).reduce(0) { $0 + h[$1] * weight($1, i) }
  }

  func hiddenMeans(_ x: [Double]) -> [Double] {
    (0..<Self.hidden).map { j in
      let field = (0..<Self.visible).reduce(hiddenBias(j)) {
        $0 + weight(j, $1) * x[$1] / deviation($1)
      }
      return 1 / (1 + exp(-field))
    }
  }

  /// log ∫ exp(−E) dx for one h, in closed form.
  func logMass(_ h: [Double]) -> Double {
    var sum = (0..<Self.hidden).reduce(0) { $0 + hiddenBias($1) * h[$1] }
    for i in 0..<Self.visible {
      let pull = (0..<Self.hidden).reduce(0) { $0 + h[$1] * weight($1, i) }
      sum += log(deviation(i)) + 0.5 * log(2 * .pi)
      sum += pull * visibleBias(i) / deviation(i) + 0.5 * pull * pull
    }
    return sum
  }

  var logPartition: Double { log(Self.hiddenStates.reduce(0) { $0 + exp(logMass($1)) }) }

  func logLikelihood(_ x: [Double]) -> Double {
    log(Self.hiddenStates.reduce(0) { $0 + exp(-energy(x, $1)) }) - logPartition
  }

  /// −∂E/∂θ at a state, given means of x and of x²: of a sample, or of a normal distribution.
  func statistics(_ h: [Double], mean: [Double], square: [Double]) -> [Double] {
    var out = [Double](repeating: 0, count: parameters.count)
    for i in 0..<Self.visible {
      let (s, c) = (deviation(i), visibleBias(i))
      for j in 0..<Self.hidden { out[j * Self.visible + i] = h[j] * mean[i] / s }
      out[8 + i] = (mean[i] - c) / (s * s)
      let pull = (0..<Self.hidden).reduce(0) { $0 + h[$1] * weight($1, i) }
      out[11 + i] =
        (square[i] - 2 * c * mean[i] + c * c) / (2 * s * s) - 0.5 * pull * mean[i] / s
    }
    for j in 0..<Self.hidden { out[6 + j] = h[j] }
    return out
  }

  /// The gradient of log p(x): the expectation of −∂E/∂θ over h at x, less that of the model.
  func gradient(_ x: [Double]) -> [Double] {
    let squares = x.map { $0 * $0 }
    let data = expectation(Self.hiddenStates.map { (exp(-energy(x, $0)), $0, x, squares) })
    let model = expectation(
      Self.hiddenStates.map { h in
        let mean = (0..<Self.visible).map { center(h, $0) }
        let square = mean.enumerated().map { $1 * $1 + pow(deviation($0), 2) }
        return (exp(logMass(h)), h, mean, square)
      })
    return zip(data, model).map { $0 - $1 }
  }

  private func expectation(
    _ states: [(mass: Double, h: [Double], mean: [Double], square: [Double])]
  ) -> [Double] {
    let total = states.reduce(0) { $0 + $1.mass }
    var out = [Double](repeating: 0, count: parameters.count)
    for state in states {
      let values = statistics(state.h, mean: state.mean, square: state.square)
      for (i, value) in values.enumerated() { out[i] += value * state.mass / total }
    }
    return out
  }
}
