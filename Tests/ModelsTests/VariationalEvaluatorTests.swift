import Foundation
import Layers
import Objectives
import Tensors
import Testing

@testable import Models

/// Bounds and likelihood of a linear model, whose log p(x) is known: x = w z + b + √v ε, so
/// p(x) = N(b, w wᵀ + v I).
@Suite("Evaluation of variational autoencoders")
struct VariationalEvaluatorTests {
  private let w: [Double] = [0.8, -0.5]
  private let b: [Double] = [0.1, 0.3]
  private let v = 0.5
  private let rows = 400

  private func exact(_ x: [Double]) -> Double {
    let d = zip(x, b).map { $0 - $1 }
    let (a, c, e) = (w[0] * w[0] + v, w[1] * w[1] + v, w[0] * w[1])
    let determinant = a * c - e * e
    let square = (c * d[0] * d[0] - 2 * e * d[0] * d[1] + a * d[1] * d[1]) / determinant
    return -0.5 * (square + log(determinant)) - log(2 * Double.pi)
  }

  private func values(trained: Int, evaluated: Int) throws -> [String: Double] {
    let options = VariationalOptions(
      latent: 1, encoder: [], decoder: [LayerDescription(.dense(2))], likelihood: .gaussian,
      variance: .fixed(Float(v)), importanceSamples: trained)
    let model = try VariationalAutoencoder(options, sample: [2], seed: 1)
    // Not the true posterior, so that the bounds differ.
    model.parameters["mean/weights"].assign(Tensor(shape: [2], elements: [0.2, -0.1]))
    model.parameters["log_variance/weights"].fill(0)
    model.parameters["log_variance/bias"].fill(1)
    model.parameters["decoder/0/weights"].assign(
      Tensor(shape: [2], elements: w.map { Float($0) }))
    model.parameters["decoder/0/bias"].assign(Tensor(shape: [2], elements: b.map { Float($0) }))
    let evaluator = VariationalEvaluator(model, importanceSamples: evaluated, seed: 3)
    let batch = Batch(shards: 0..<1, width: 2) { _ in rows }
    let shard = batch.shards[0]
    for row in 0..<rows { shard.ids[row] = UInt32(row) }
    for i in 0..<2 * rows { shard.samples.pointer[i] = samples[i] }
    var sums = [Double](repeating: 0, count: evaluator.width)
    evaluator.accumulate(shard, split: .test, into: &sums)
    let results = evaluator.results(test: EvaluationSums(sums: sums, count: rows), train: nil)
    return Dictionary(uniqueKeysWithValues: results.map { ($0.name, $0.value) })
  }

  private var samples: [Float] { (0..<2 * rows).map { Float(($0 * 37 % 41)) / 20 - 1 } }

  @Test("importance sampling finds log p(x), and the bounds stand in their order")
  func likelihood() throws {
    let truth =
      -(0..<rows).reduce(0) { $0 + exact([Double(samples[2 * $1]), Double(samples[2 * $1 + 1])]) }
      / Double(rows)
    let found = try values(trained: 5, evaluated: 2000)
    let (elbo, bound, likelihood) = (
      try #require(found["negative_elbo"]), try #require(found["negative_importance_bound"]),
      try #require(found["negative_log_likelihood"])
    )
    #expect(abs(likelihood - truth) < 0.01, "\(likelihood), exactly \(truth)")
    #expect(elbo > bound && bound > likelihood)
    #expect(bound - likelihood < 0.5 * (elbo - likelihood))
  }

  @Test("a bound of one sample is not told twice, and no estimate that was not asked for")
  func names() throws {
    let found = try values(trained: 1, evaluated: 0)
    #expect(
      Set(found.keys) == ["negative_elbo", "reconstruction", "divergence", "active_units"])
  }

  @Test("quantiles of the standard normal distribution")
  func quantiles() {
    // From tables.
    #expect(abs(normalQuantile(0.5)) < 1e-15)
    #expect(abs(normalQuantile(0.975) - 1.959963984540054) < 1e-12)
    #expect(abs(normalQuantile(0.025) + 1.959963984540054) < 1e-12)
    #expect(abs(normalQuantile(1e-9) + 5.997807015) < 1e-8)
  }
}
