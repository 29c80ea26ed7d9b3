import Autograd
import Foundation
import Layers
import Objectives
import Tensors

/// The evidence lower bound of a VAE on a dataset, its parts, the activity of its latent variables, and
/// log p(x) by importance sampling.
///
/// Draws are fixed for each sample, so that evaluations compare.
/// Source for the estimate: Burda, Grosse and Salakhutdinov, 2016, equation 8; for active units
/// (variance of μ over data above 0.01), the same, section 5.2.
public final class VariationalEvaluator: Evaluator {
  /// Reconstruction, divergence, likelihood, then sums and sums of squares of the codes' means.
  public let width: Int
  /// The bound on −log p(x).
  public var criterion: EvaluationCriterion? {
    EvaluationCriterion("negative_elbo", prefersLess: true)
  }
  private let model: VariationalAutoencoder
  private let importanceSamples: Int
  private let seed: UInt64
  private let codes: TapeFunction
  private let weights: TapeFunction

  /// - Parameter importanceSamples: the samples of the estimate of log p(x); 0 leaves it out.
  public init(_ model: VariationalAutoencoder, importanceSamples: Int, seed: UInt64) {
    self.model = model
    self.importanceSamples = importanceSamples
    self.seed = seed
    width = 3 + 2 * model.options.latent
    codes = TapeFunction(model.parameters, width: model.sampleWidth) { recording in
      let context = LayerContext(parameters: recording.parameters, isTraining: false)
      let code = model.encode(recording, context)
      return [code.mean, code.mean.standardNormalDivergence(logVariance: code.logVariance)]
    }
    weights = TapeFunction(model.parameters, width: model.sampleWidth) { recording in
      let context = LayerContext(parameters: recording.parameters, isTraining: false)
      let code = model.encode(recording, context)
      let noise = recording.tape.normalNoise(code.mean.shape, purpose: .evaluation, round: 100)
      let z = code.mean + code.logVariance.affine(0.5).exponential * noise
      let error = model.reconstructionError(z, recording, context)
      let weight = model.logPrior(z) - model.logPosterior(noise, code.logVariance) - error
      return [error, weight]
    }
  }

  /// Programs read the parameters where they are.
  public func begin() {}

  /// Sums over the shard's samples.
  public func accumulate(
    _ shard: Batch.Shard, split: EvaluationSplit, into sums: UnsafeMutablePointer<Double>
  ) {
    guard shard.rows > 0 else { return }
    let code = codes(shard.samples, ids: shard.ids, labels: shard.labels, seed: seed)
    let latent = model.options.latent
    for row in 0..<shard.rows {
      sums[1] += Double(code[1].pointer[row])
      for unit in 0..<latent {
        let mean = Double(code[0].pointer[row * latent + unit])
        sums[3 + unit] += mean
        sums[3 + latent + unit] += mean * mean
      }
    }
    addLikelihood(shard, isTest: split == .test, sums)
  }

  private func addLikelihood(
    _ shard: Batch.Shard, isTest: Bool, _ sums: UnsafeMutablePointer<Double>
  ) {
    var logWeights = [[Double]](repeating: [], count: shard.rows)
    for draw in 0..<(isTest ? max(importanceSamples, 1) : 1) {
      let values = weights(
        shard.samples, ids: shard.ids, labels: shard.labels, step: draw, seed: seed)
      for row in 0..<shard.rows {
        if draw == 0 { sums[0] += Double(values[0].pointer[row]) }
        logWeights[row].append(Double(values[1].pointer[row]))
      }
    }
    for weights in logWeights {
      let largest = weights.max()!
      let sum = weights.reduce(0) { $0 + exp($1 - largest) }
      sums[2] += largest + log(sum / Double(weights.count))
    }
  }

  /// Means over samples.
  public func results(
    test: EvaluationSums, train: EvaluationSums?
  ) -> [(name: String, value: Double)] {
    let latent = model.options.latent
    let active = (0..<latent).count { unit in
      let mean = test.mean(3 + unit)
      return test.mean(3 + latent + unit) - mean * mean > 0.01
    }
    var values = [
      ("negative_elbo", test.mean(0) + test.mean(1)), ("reconstruction", test.mean(0)),
      ("divergence", test.mean(1)), ("active_units", Double(active)),
    ]
    if importanceSamples > 0 { values.append(("negative_log_likelihood", -test.mean(2))) }
    if let train {
      values.append(
        ("elbo_gap", test.mean(0) + test.mean(1) - train.mean(0) - train.mean(1)))
    }
    return values
  }
}
