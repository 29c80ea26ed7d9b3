import Autograd
import Foundation
import Layers
import Objectives
import Tensors

/// The evidence lower bound of a VAE on a dataset, its parts, the activity of its latent variables, the
/// importance-weighted bound where it was trained by one, and log p(x) by importance sampling.
///
/// Draws are fixed for each sample, so that evaluations compare.
/// Source for the estimate: Burda, Grosse and Salakhutdinov, 2016, equation 8; for active units
/// (variance of μ over data above 0.01), the same, section 5.2.
public final class VariationalEvaluator: Evaluator {
  /// Reconstruction, divergence, likelihood, importance-weighted bound, then sums and sums of squares of
  /// the codes' means.
  public let width: Int
  /// The bound on −log p(x) that was trained.
  public var criterion: EvaluationCriterion? {
    EvaluationCriterion(
      model.options.importanceSamples > 1 ? "negative_importance_bound" : "negative_elbo",
      prefersLess: true)
  }
  /// The variance of each latent variable's mean over the test set, in the latest evaluation.
  public private(set) var activity: [Double]?
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
    width = 4 + 2 * model.options.latent
    codes = TapeFunction(model, width: model.sampleWidth) { recording in
      let code = model.encode(recording)
      let divergence = code.mean.standardNormalDivergence(logVariance: code.logVariance)
      // Samples with their codes: every draw decodes, and none encodes again.
      let coded = Variable.concatenated(
        [recording.samples, code.mean, code.logVariance], axis: 1)
      return [code.mean, divergence, coded]
    }
    weights = TapeFunction(model, width: model.sampleWidth + 2 * model.options.latent) {
      Self.weight(model, $0)
    }
  }

  /// −log p(x|z) and log p(x|z) p(z) / q(z|x) of a draw, [rows, 1] each, from samples with the means and
  /// log variances of their codes behind them.
  private static func weight(
    _ model: VariationalAutoencoder, _ recording: Recording
  ) -> [Variable] {
    let (width, latent) = (model.sampleWidth, model.options.latent)
    let coded = recording.samples
    let mean = coded.slice(axis: 1, width..<width + latent)
    let logVariance = coded.slice(axis: 1, width + latent..<width + 2 * latent)
    let noise = recording.tape.normalNoise(mean.shape, purpose: .evaluation, round: 100)
    let z = mean + logVariance.affine(0.5).exponential * noise
    let error = model.reconstructionError(
      z, of: coded.slice(axis: 1, 0..<width), recording)
    return [error, model.logPrior(z) - model.logPosterior(noise, logVariance) - error]
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
        sums[4 + unit] += mean
        sums[4 + latent + unit] += mean * mean
      }
    }
    addLikelihood(shard, code[2], isTest: split == .test, sums)
  }

  /// - Parameter coded: the shard's samples with their codes.
  private func addLikelihood(
    _ shard: Batch.Shard, _ coded: Tensor, isTest: Bool, _ sums: UnsafeMutablePointer<Double>
  ) {
    var logWeights = [[Double]](repeating: [], count: shard.rows)
    let bound = model.options.importanceSamples
    for draw in 0..<(isTest ? max(importanceSamples, bound) : 1) {
      let values = weights(
        coded, ids: shard.ids, labels: shard.labels, step: draw, seed: seed)
      for row in 0..<shard.rows {
        if draw == 0 { sums[0] += Double(values[0].pointer[row]) }
        logWeights[row].append(Double(values[1].pointer[row]))
      }
    }
    for weights in logWeights {
      sums[2] += Self.logMean(weights.prefix(importanceSamples))
      sums[3] += Self.logMean(weights.prefix(bound))
    }
  }

  /// log of the mean of numbers given as their logarithms; 0 of none.
  private static func logMean(_ logarithms: ArraySlice<Double>) -> Double {
    guard let largest = logarithms.max() else { return 0 }
    let sum = logarithms.reduce(0) { $0 + exp($1 - largest) }
    return largest + log(sum / Double(logarithms.count))
  }

  /// Means over samples.
  public func results(
    test: EvaluationSums, train: EvaluationSums?
  ) -> [(name: String, value: Double)] {
    let latent = model.options.latent
    let activity = (0..<latent).map { unit in
      test.mean(4 + latent + unit) - test.mean(4 + unit) * test.mean(4 + unit)
    }
    self.activity = activity
    var values = [
      ("negative_elbo", test.mean(0) + test.mean(1)), ("reconstruction", test.mean(0)),
      ("divergence", test.mean(1)), ("active_units", Double(activity.count { $0 > 0.01 })),
    ]
    if model.options.importanceSamples > 1 {
      values.append(("negative_importance_bound", -test.mean(3)))
    }
    if importanceSamples > 0 { values.append(("negative_log_likelihood", -test.mean(2))) }
    if let train {
      values.append(
        ("elbo_gap", test.mean(0) + test.mean(1) - train.mean(0) - train.mean(1)))
    }
    return values
  }
}
