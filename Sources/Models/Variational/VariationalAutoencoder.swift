import Autograd
import Foundation
import Layers
import Objectives
import Tensors

/// Settings of a variational autoencoder.
public struct VariationalOptions: Sendable {
  /// What the decoder's outputs are of a sample's distribution.
  public enum Likelihood: String, Sendable, CaseIterable {
    /// Logits of pixels that are on or off; grey values count as means.
    case bernoulli
    /// Means of normal numbers of variance 1.
    case gaussian
  }

  /// The number of latent variables.
  public var latent: Int
  /// The layers before the code.
  public var encoder: [LayerDescription]
  /// The layers behind it, up to the last, which gives the outputs.
  public var decoder: [LayerDescription]
  /// What the outputs are.
  public var likelihood: Likelihood
  /// The weight of the divergence, by epoch.
  public var beta: Schedule
  /// The number of samples of the importance-weighted bound; 1 is the evidence lower bound.
  public var importanceSamples: Int
  /// The number of classes whose one-hot label joins encoder and decoder; nil without.
  public var classes: Int?

  /// Options.
  public init(
    latent: Int, encoder: [LayerDescription], decoder: [LayerDescription],
    likelihood: Likelihood = .bernoulli, beta: Schedule = .constant(1), importanceSamples: Int = 1,
    classes: Int? = nil
  ) {
    self.latent = latent
    self.encoder = encoder
    self.decoder = decoder
    self.likelihood = likelihood
    self.beta = beta
    self.importanceSamples = importanceSamples
    self.classes = classes
  }
}

/// A variational autoencoder: q(z|x) = N(μ(x), diag σ²(x)), p(z) = N(0, I), p(x|z) by a decoder.
///
/// Source: Kingma and Welling, "Auto-Encoding Variational Bayes", 2014; with several importance
/// samples, Burda, Grosse and Salakhutdinov, "Importance Weighted Autoencoders", 2016; conditional on
/// labels, Sohn, Lee and Yan, "Learning Structured Output Representation", 2015.
public final class VariationalAutoencoder: TapeModel {
  /// All layers' parameters.
  public let parameters: ParameterSet
  /// The number of values of a sample.
  public let sampleWidth: Int
  /// The loss, and its two parts; the parts are those of the evidence lower bound.
  public let metrics = ["loss", "reconstruction", "divergence"]
  /// The settings.
  public let options: VariationalOptions

  private let encoder: Sequential
  private let decoder: Sequential
  private let mean: Dense
  private let logVariance: Dense
  private let beta = Tensor(1)

  /// A model with its first weights.
  /// - Parameter sample: the shape of a sample.
  /// - Throws: `LayerError` for stacks that do not fit.
  public init(_ options: VariationalOptions, sample: [Int], seed: UInt64) throws {
    self.options = options
    sampleWidth = sample.reduce(1, *)
    let labelled = options.classes ?? 0
    encoder = try Sequential(
      name: "encoder", options.encoder,
      input: labelled > 0 ? [sampleWidth + labelled] : sample)
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
    parameters = ParameterSet(
      encoder.layers + [mean, logVariance] + decoder.layers, seed: seed)
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
    let context = LayerContext(
      parameters: recording.parameters, isTraining: recording.isTraining)
    let code = encode(recording, context)
    let divergence = code.mean.standardNormalDivergence(logVariance: code.logVariance)
    let beta = recording.live(beta)
    var bounds: [Variable] = []
    var firstError: Variable?
    for sample in 0..<options.importanceSamples {
      let noise = recording.tape.normalNoise(code.mean.shape, purpose: .latent, round: sample)
      let z = code.mean + code.logVariance.affine(0.5).exponential * noise
      let error = reconstructionError(z, recording, context)
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
  func encode(
    _ recording: Recording, _ context: LayerContext
  ) -> (mean: Variable, logVariance: Variable) {
    let hidden = encoder.apply(withLabel(recording.samples, recording), context)
    return (mean.apply(hidden, context), logVariance.apply(hidden, context))
  }

  /// The decoder's outputs of codes, [rows, width]: logits, or means.
  func decode(_ z: Variable, _ recording: Recording, _ context: LayerContext) -> Variable {
    decoder.apply(withLabel(z, recording), context).reshaped([z.shape[0], sampleWidth])
  }

  /// −log p(x|z) of samples, [rows, 1].
  func reconstructionError(
    _ z: Variable, _ recording: Recording, _ context: LayerContext
  ) -> Variable {
    let outputs = decode(z, recording, context)
    switch options.likelihood {
    case .bernoulli: return outputs.bernoulliCrossEntropyRows(recording.samples)
    case .gaussian:
      let zero = recording.tape.constant(0, shape: outputs.shape)
      return outputs.gaussianNegativeLogLikelihood(recording.samples, logVariance: zero)
    }
  }

  /// log p(z) + ½ d log 2π, [rows, 1].
  func logPrior(_ z: Variable) -> Variable { z.squared.rowSums.affine(-0.5) }

  /// log q(z|x) + ½ d log 2π of z = μ + σ ε, [rows, 1].
  func logPosterior(_ noise: Variable, _ logVariance: Variable) -> Variable {
    (noise.squared + logVariance).rowSums.affine(-0.5)
  }

  private func withLabel(_ x: Variable, _ recording: Recording) -> Variable {
    guard let classes = options.classes else { return x }
    let label = recording.labels.oneHot(classes: classes)
    let sizeOfRow = x.shape.dropFirst().reduce(1, *)
    return Variable.concatenated([x.reshaped([x.shape[0], sizeOfRow]), label], axis: 1)
  }
}
