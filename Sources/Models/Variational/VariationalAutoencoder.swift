import Autograd
import Foundation
import Layers
import Objectives
import Tensors

/// A variational autoencoder: q(z|x) = N(μ(x), diag σ²(x)), p(z) = N(0, I), p(x|z) by a decoder.
///
/// Source: Kingma and Welling, "Auto-Encoding Variational Bayes", 2014; with several importance
/// samples, Burda, Grosse and Salakhutdinov, "Importance Weighted Autoencoders", 2016; conditional on
/// labels, Sohn, Lee and Yan, "Learning Structured Output Representation", 2015.
public final class VariationalAutoencoder: TapeModel {
  /// All layers' parameters, and `likelihood/log_variance`, [1], where it is learned.
  public let parameters: ParameterSet
  /// The running statistics of batch norms.
  public let states: LayerStates
  /// The number of values of a sample.
  public let sampleWidth: Int
  /// The loss, and its two parts; the parts are those of the evidence lower bound.
  public let metrics = ["loss", "reconstruction", "divergence"]
  /// The settings.
  public let options: VariationalOptions

  private let sampleShape: [Int]
  private let encoder: Sequential
  private let decoder: Sequential
  private let mean: Dense
  private let logVariance: Dense
  private let beta = Tensor(1)
  private static let likelihoodVariance = "likelihood/log_variance"

  /// A model with its first weights.
  /// - Parameter sample: the shape of a sample; a vector's is [width].
  /// - Throws: `LayerError` for stacks that do not fit.
  public init(_ options: VariationalOptions, sample: [Int], seed: UInt64) throws {
    self.options = options
    sampleWidth = sample.reduce(1, *)
    let labelled = options.classes ?? 0
    sampleShape = sample
    encoder = try Sequential(
      name: "encoder", options.encoder,
      input: [sample[0] + labelled] + sample.dropFirst())
    let code = encoder.outputShape.reduce(1, *)
    mean = Dense(name: "mean", inputs: code, outputs: options.latent)
    logVariance = Dense(name: "log_variance", inputs: code, outputs: options.latent)
    decoder = try Sequential(
      name: "decoder", options.decoder, input: [options.latent + labelled])
    let outputs = decoder.outputShape.reduce(1, *)
    guard outputs == sampleWidth else {
      throw LayerError(
        layer: "decoder", expected: "\(sampleWidth) outputs, as many as a sample has values",
        found: "\(outputs)")
    }
    let layers = encoder.layers + [mean, logVariance] + decoder.layers
    let isLearned = options.likelihood == .gaussian && options.variance == .learned
    parameters = ParameterSet(
      parameters: layers.flatMap(\.namedParameters)
        + (isLearned ? [LayerParameter(Self.likelihoodVariance, [1], .constant(0))] : []),
      seed: seed)
    states = LayerStates(layers, source: options.normalization)
    begin(epoch: 0)
  }

  /// The divergence's weight follows its schedule.
  public func begin(epoch: Int) {
    beta.fill(Float(options.beta.value(epoch: epoch)))
  }

  /// The loss changes with that weight.
  public func lossChanges(inEpoch epoch: Int) -> Bool {
    epoch > 0 && options.beta.value(epoch: epoch) != options.beta.value(epoch: epoch - 1)
  }

  /// The negative bound on log p(x), summed over samples.
  public func loss(_ recording: Recording) -> [Variable] {
    let code = encode(recording)
    let divergence = code.mean.standardNormalDivergence(logVariance: code.logVariance)
    let beta = recording.live(beta)
    var bounds: [Variable] = []
    var firstError: Variable?
    for sample in 0..<options.importanceSamples {
      let noise = recording.tape.normalNoise(code.mean.shape, purpose: .latent, round: sample)
      let z = code.mean + code.logVariance.affine(0.5).exponential * noise
      let error = reconstructionError(z, of: recording.samples, recording)
      firstError = firstError ?? error
      guard options.importanceSamples > 1 else {
        let loss = error.total + (divergence * beta).total
        return [loss, error.total, divergence.total]
      }
      bounds.append(-error + (logPrior(z) - logPosterior(noise, code.logVariance)) * beta)
    }
    let bound = Variable.concatenated(bounds, axis: 1).logSumExp(axis: 1)
    let count = Float(options.importanceSamples)
    let loss = (-bound).total.affine(1, Float(recording.rows) * log(count))
    return [loss, firstError!.total, divergence.total]
  }

  /// μ and log σ² of samples, [rows, latent] each.
  func encode(_ recording: Recording) -> (mean: Variable, logVariance: Variable) {
    let samples = recording.samples.reshaped([recording.rows] + sampleShape)
    let hidden = encoder.apply(withLabel(samples, recording), recording.layers)
    return (mean.record(hidden, recording.layers), logVariance.record(hidden, recording.layers))
  }

  /// The decoder's outputs of codes, [rows, width]: logits, or means.
  func decode(_ z: Variable, _ recording: Recording) -> Variable {
    decoder.apply(withLabel(z, recording), recording.layers).reshaped([z.shape[0], sampleWidth])
  }

  /// −log p(x|z) of samples, [rows, 1].
  func reconstructionError(
    _ z: Variable, of samples: Variable, _ recording: Recording
  ) -> Variable {
    let outputs = decode(z, recording)
    switch options.likelihood {
    case .bernoulli: return outputs.bernoulliCrossEntropyRows(samples)
    case .gaussian:
      return outputs.gaussianNegativeLogLikelihood(
        samples, logVariance: logVariance(recording).broadcast(to: outputs.shape))
    }
  }

  /// log σ² of a Gaussian decoder, [1].
  private func logVariance(_ recording: Recording) -> Variable {
    switch options.variance {
    case .fixed(let variance): recording.tape.constant(log(variance), shape: [1])
    case .learned: recording.parameters[Self.likelihoodVariance]!
    }
  }

  /// log p(z) + ½ d log 2π, [rows, 1].
  func logPrior(_ z: Variable) -> Variable { z.squared.rowSums.affine(-0.5) }

  /// log q(z|x) + ½ d log 2π of z = μ + σ ε, [rows, 1].
  func logPosterior(_ noise: Variable, _ logVariance: Variable) -> Variable {
    (noise.squared + logVariance).rowSums.affine(-0.5)
  }

  /// The one-hot label behind the first axis of samples [rows, channels, …]: behind the elements of a
  /// vector, or as that many more channels, each all 0 or all 1.
  private func withLabel(_ x: Variable, _ recording: Recording) -> Variable {
    guard let classes = options.classes else { return x }
    let label = recording.labels.oneHot(classes: classes)
    let others = x.shape.dropFirst(2)
    let channels = label.reshaped([x.shape[0], classes] + others.map { _ in 1 })
    return Variable.concatenated(
      [x, channels.broadcast(to: [x.shape[0], classes] + others)], axis: 1)
  }
}
