import Layers
import Objectives

/// Settings of a variational autoencoder.
public struct VariationalOptions: Sendable {
  /// What the decoder's outputs are of a sample's distribution.
  public enum Likelihood: String, Sendable, CaseIterable {
    /// Logits of pixels that are on or off; grey values count as means.
    case bernoulli
    /// Means of normal numbers.
    case gaussian
  }

  /// The variance of a Gaussian decoder's normal numbers, the same for all values of a sample.
  public enum Variance: Sendable, Equatable {
    /// A number that stays.
    case fixed(Float)
    /// One number that is trained, as its logarithm; it begins at 1.
    case learned
  }

  /// The number of latent variables.
  public var latent: Int
  /// The layers before the code.
  public var encoder: [LayerDescription]
  /// The layers behind it, up to the last, which gives the outputs.
  public var decoder: [LayerDescription]
  /// What the outputs are.
  public var likelihood: Likelihood
  /// The variance, where the likelihood is Gaussian.
  public var variance: Variance
  /// The weight of the divergence, by epoch.
  public var beta: Schedule
  /// The number of samples of the importance-weighted bound; 1 is the evidence lower bound.
  public var importanceSamples: Int
  /// The number of classes whose one-hot label joins encoder and decoder; nil without.
  public var classes: Int?
  /// What batch norm takes in evaluation.
  public var normalization: NormalizationStatistics

  /// Options.
  public init(
    latent: Int, encoder: [LayerDescription], decoder: [LayerDescription],
    likelihood: Likelihood = .bernoulli, variance: Variance = .fixed(1),
    beta: Schedule = .constant(1), importanceSamples: Int = 1, classes: Int? = nil,
    normalization: NormalizationStatistics = .running
  ) {
    self.latent = latent
    self.encoder = encoder
    self.decoder = decoder
    self.likelihood = likelihood
    self.variance = variance
    self.beta = beta
    self.importanceSamples = importanceSamples
    self.classes = classes
    self.normalization = normalization
  }

  /// Whether the decoder's layers already give as many outputs as a sample has values.
  /// - Throws: `LayerError` for layers that do not fit.
  public func decoderReaches(_ width: Int) throws -> Bool {
    let stack = try Sequential(name: "decoder", decoder, input: [latent + (classes ?? 0)])
    return !decoder.isEmpty && stack.outputShape.reduce(1, *) == width
  }
}
