import Foundation
import Tensors
import TestSupport
import Testing

@testable import Models

/// A centred gradient is a step of centred parameters, and told in those that are not.
///
/// The loss is the weighed sum of energies of given rows, from the energy's definition in Float64. Its
/// derivatives by W′, b′ and c′ are quotients of differences; the step along them is mapped back by b = b′ − W μ
/// and c = c′ − σ Wᵀλ.
@Suite("Centred steps")
struct CenteredStepTests {
  private static let (visible, hidden) = (7, 4)
  /// Three rows of data, two of chains that count 3/2: they cancel, as over all shards.
  private static let signs: [Double] = [-1, -1, -1, 1.5, 1.5]

  private static func random(_ count: Int, item: Int) -> [Double] {
    var values = [Float](repeating: 0, count: count)
    values.withUnsafeMutableBufferPointer {
      RandomStream(seed: 67, purpose: .sampling).normal(item: item, into: $0)
    }
    return values.map(Double.init)
  }

  /// Rows and offsets: x in the data's scale.
  private struct Rows {
    let x = random(5 * visible, item: 4)
    let h = random(5 * hidden, item: 5)
    let mu = random(visible, item: 6)
    let lambda = random(hidden, item: 7)
  }

  /// Σ signs · −E of the rows: parameters are W, b, c, and log σ² of every unit where units are Gaussian.
  private func loss(_ p: [Double], _ rows: Rows) -> Double {
    let (v, h) = (Self.visible, Self.hidden)
    let isGaussian = p.count > v * h + h + v
    return Self.signs.indices.reduce(0) { total, r in
      var term = (0..<h).reduce(0) { $0 + p[v * h + $1] * rows.h[r * h + $1] }
      for i in 0..<v {
        let (x, c) = (rows.x[r * v + i], p[v * h + h + i])
        let sigma = isGaussian ? exp(p[v * h + h + v + i] / 2) : 1
        term += isGaussian ? -pow((x - c) / sigma, 2) / 2 : c * x
        for j in 0..<h { term += rows.h[r * h + j] * p[j * v + i] * x / sigma }
      }
      return total + Self.signs[r] * term
    }
  }

  /// W, b and c of centred parameters.
  private func uncentred(_ p: [Double], _ rows: Rows, sigma: Double) -> [Double] {
    let (v, h) = (Self.visible, Self.hidden)
    var out = p
    for j in 0..<h {
      for i in 0..<v {
        out[v * h + j] -= p[j * v + i] * rows.mu[i]
        out[v * h + h + i] -= sigma * p[j * v + i] * rows.lambda[j]
      }
    }
    return out
  }

  /// Exact up to rounding where the loss is of second degree; of σ, to the square of the difference.
  private func gradient(_ count: Int, _ loss: ([Double]) -> Double) -> [Double] {
    (0..<count).map { place in
      var step = [Double](repeating: 0, count: count)
      step[place] = 1e-4
      return (loss(step) - loss(step.map { -$0 })) / 2e-4
    }
  }

  @Test(
    "the sums are a step of centred parameters, mapped back",
    arguments: [
      .bernoulli, .gaussian(.fixed(0.3)), .gaussian(.learned(initial: 0.3)),
      .gaussian(.learned(initial: 4)),
    ] as [UnitKind])
  func step(units: UnitKind) {
    let (v, h, rows) = (Self.visible, Self.hidden, Rows())
    let machine = RestrictedBoltzmannMachine(visible: v, hidden: h, visibleUnits: units)
    let sigma = machine.visibleLayer.deviations().map { Double($0.elements[0]) } ?? 1
    let own = v * h + h + v
    let flat = machine.parameters.flat
    for (i, value) in Self.random(own, item: 3).enumerated() {
      flat.pointer[i] = Float(0.3 * value)
    }
    let variances = units.isGaussian ? Array(repeating: 2 * log(sigma), count: v) : []
    let start = flat.elements.prefix(own).map(Double.init)
    // The map is linear: it takes steps to steps.
    let centred = gradient(own) { step in
      loss(zip(start, uncentred(step, rows, sigma: sigma)).map(+) + variances, rows)
    }
    var expected = uncentred(centred, rows, sigma: sigma)
    if flat.count > own {
      expected += gradient(v) { step in loss(start + zip(variances, step).map(+), rows) }
    }
    let found = sums(machine, rows, sigma: sigma)
    for slice in machine.parameters.layout.slices {
      let part = slice.offset..<slice.offset + slice.shape.reduce(1, *)
      expectClose(Array(found[part]), Array(expected[part]), slice.name, tolerance: 2e-6)
    }
  }

  private func sums(
    _ machine: RestrictedBoltzmannMachine, _ rows: Rows, sigma: Double
  ) -> [Float] {
    let values = PhaseValues(machine, positive: 3, negative: 2)
    values.visible.assign(
      Tensor(shape: values.visible.shape, elements: rows.x.map { Float($0 / sigma) }))
    values.hidden.assign(Tensor(shape: values.hidden.shape, elements: rows.h.map(Float.init)))
    let offsets = CenteringOffsets(
      machine, .data, rate: 0,
      visibleMeans: Tensor(shape: [machine.visible], elements: rows.mu.map(Float.init)))
    offsets.hidden.assign(Tensor(shape: [machine.hidden], elements: rows.lambda.map(Float.init)))
    let slices = machine.parameters.layout.slices.map { Tensor(shape: $0.shape) }
    machine.statistics(values, ratio: 1.5, offsets: offsets, rowFactors: Tensor(5)) { slices[$0] }
    return slices.flatMap(\.elements)
  }
}
