import Autograd
import Layers

/// Settings of an autoencoder.
public struct AutoencoderOptions: Sendable {
  /// How far a reconstruction is from its sample, summed over dimensions.
  public enum Loss: String, Sendable, CaseIterable {
    /// Cross-entropy of pixels that are on or off, from logits; grey values count as means.
    case bernoulli
    /// ½‖x − x̂‖².
    case squared
  }

  /// The layers from the sample to the code, which is what the last one gives.
  public var encoder: [LayerDescription]
  /// The layers from the code to the reconstruction; nil mirrors the encoder, whose layers are dense.
  public var decoder: [LayerDescription]?
  /// Whether the decoder's weights are the transposes of the encoder's; biases are its own.
  public var isTied: Bool
  /// The loss.
  public var loss: Loss
  /// What ends the decoder with a squared loss; a Bernoulli loss takes logits, of which it takes the
  /// sigmoid itself.
  public var output: Activation
  /// What is done to the sample that is encoded.
  public var corruption: Corruption?
  /// A penalty on how much the code follows the sample.
  public var contraction: Contraction?
  /// A penalty on active codes.
  public var sparsity: Sparsity?
  /// What batch norm takes in evaluation.
  public var normalization: NormalizationStatistics

  /// Options.
  public init(
    encoder: [LayerDescription], decoder: [LayerDescription]? = nil, isTied: Bool = false,
    loss: Loss = .bernoulli, output: Activation = .none, corruption: Corruption? = nil,
    contraction: Contraction? = nil, sparsity: Sparsity? = nil,
    normalization: NormalizationStatistics = .running
  ) {
    (self.encoder, self.decoder, self.isTied) = (encoder, decoder, isTied)
    (self.loss, self.output, self.corruption) = (loss, output, corruption)
    (self.contraction, self.sparsity) = (contraction, sparsity)
    self.normalization = normalization
  }
}
