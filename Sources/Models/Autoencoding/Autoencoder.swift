import Autograd
import Layers
import Tensors

/// An autoencoder: h = f(W_x x + b), x̂ = g(W_h h + c), any number of layers on both sides.
///
/// The loss is the reconstruction's, of the clean sample from a perhaps corrupted one, and penalties on
/// the code.
/// Source: Hinton and Salakhutdinov, "Reducing the dimensionality of data with neural networks", 2006;
/// denoising, Vincent et al., 2010; contractive, Rifai et al., 2011; sparse, Ng, CS294A notes, 2011.
public final class Autoencoder: TapeModel {
  /// All layers' parameters.
  public let parameters: ParameterSet
  /// The running statistics of batch norms.
  public let states: LayerStates
  /// The number of values of a sample.
  public let sampleWidth: Int
  /// The number of values of a code.
  public let codeWidth: Int
  /// The loss, the squared error ‖x − x̂‖² of what was reconstructed, and the penalties.
  public let metrics: [String]
  /// The settings.
  public let options: AutoencoderOptions
  /// From samples to codes.
  public let encoder: Sequential
  /// From codes to logits, with a Bernoulli loss, or reconstructions.
  public let decoder: Sequential

  /// A model with its first weights.
  /// - Parameters:
  ///   - sample: the shape of a sample.
  ///   - prefix: what stands before the names of layers, such as `pretraining/1/`.
  ///   - firstNumber: where the numbers begin that tell the first weights' random draws from those of
  ///     other models of a run.
  /// - Throws: `LayerError` for stacks that do not fit.
  public init(
    _ options: AutoencoderOptions, sample: [Int], prefix: String = "", seed: UInt64,
    firstNumber: Int = 0
  ) throws {
    self.options = options
    sampleWidth = sample.reduce(1, *)
    encoder = try Sequential(name: prefix + "encoder", options.encoder, input: sample)
    codeWidth = encoder.outputShape.reduce(1, *)
    decoder = try Self.decoder(options, encoder, name: prefix + "decoder")
    try Self.checkPenalties(options, encoder)
    let outputs = decoder.outputShape.reduce(1, *)
    guard outputs == sampleWidth else {
      throw LayerError(
        layer: decoder.layers.last?.name ?? "decoder",
        expected: "\(sampleWidth) outputs, as many as a sample has values", found: "\(outputs)")
    }
    let layers = encoder.layers + decoder.layers
    parameters = ParameterSet(layers, seed: seed, firstNumber: firstNumber)
    states = LayerStates(layers, source: options.normalization)
    metrics =
      ["loss", "squared_error"] + (options.contraction == nil ? [] : ["contraction"])
      + (options.sparsity == nil ? [] : ["sparsity"])
  }

  private static func decoder(
    _ options: AutoencoderOptions, _ encoder: Sequential, name: String
  ) throws -> Sequential {
    let output = options.loss == .squared ? options.output : .none
    guard var descriptions = options.decoder else {
      let dense = try Mirror.dense(encoder, for: "a decoder that mirrors the encoder")
      let layers = Mirror.layers(of: dense, name: name, output: output, isTied: options.isTied)
      return try Sequential(layers, input: encoder.outputShape)
    }
    if let last = descriptions.lastComputing ?? descriptions.indices.last {
      descriptions[last].activation = output
    }
    let given = try Sequential(name: name, descriptions, input: encoder.outputShape)
    guard options.isTied else { return given }
    let dense = try Mirror.dense(encoder, for: "tied weights")
    return try Sequential(Mirror.tied(given, to: dense), input: encoder.outputShape)
  }

  private static func checkPenalties(_ options: AutoencoderOptions, _ encoder: Sequential) throws {
    let name = encoder.layers.last?.name ?? "encoder"
    if case .divergence = options.sparsity {
      guard let last = encoder.layers.last as? Dense, last.activation == .sigmoid else {
        throw LayerError(
          layer: name,
          expected: "sigmoid units, whose mean activities sparsity of kind kl compares",
          found: "units of another activation")
      }
    }
    guard let contraction = options.contraction, !contraction.isClosed(encoder) else { return }
    if let norm = encoder.layers.first(where: { $0 is BatchNorm }) {
      // The tape's form takes each sample for a function of itself alone.
      throw LayerError(
        layer: norm.name, expected: "layers that treat each sample by itself, for a contraction",
        found: "batch norm")
    }
    guard contraction.form == .closed else { return }
    throw LayerError(
      layer: name, expected: "one dense layer of sigmoid units, for a contraction of form closed",
      found: encoder.layers.count == 1
        ? "a layer of another kind" : "\(encoder.layers.count) layers")
  }

  /// The loss and what it is made of, summed over samples.
  public func loss(_ recording: Recording) -> [Variable] {
    let context = recording.layers
    // A name of its own, so that the code can be differentiated by what was encoded.
    let input = (options.corruption?.apply(recording.samples) ?? recording.samples).affine(1)
    let code = encode(input, context)
    let outputs = decode(code, context)
    let error = squaredError(outputs, recording.samples)
    let loss = reconstructionLoss(outputs, recording.samples, squaredError: error).total
    var penalties: [Variable] = []
    if let contraction = options.contraction {
      let rows = contraction.rows(code, by: input, encoder: encoder, context)
      penalties.append(rows.total.affine(Float(contraction.weight)))
    }
    if let sparsity = options.sparsity { penalties.append(sparsity.penalty(code)) }
    return [penalties.reduce(loss, +), error.total] + penalties
  }

  /// The codes of samples, [rows, code].
  func encode(_ samples: Variable, _ context: LayerContext) -> Variable {
    encoder.apply(samples, context).reshaped([samples.shape[0], codeWidth])
  }

  /// The decoder's outputs of codes, [rows, width]: logits with a Bernoulli loss.
  func decode(_ codes: Variable, _ context: LayerContext) -> Variable {
    decoder.apply(codes, context).reshaped([codes.shape[0], sampleWidth])
  }

  /// What outputs stand for, in the scale of the samples.
  func reconstruction(_ outputs: Variable) -> Variable {
    options.loss == .bernoulli ? outputs.sigmoid : outputs
  }

  /// ‖x − x̂‖² of every sample, [rows, 1].
  func squaredError(_ outputs: Variable, _ samples: Variable) -> Variable {
    reconstruction(outputs).squaredError(samples)
  }

  /// The reconstruction's loss of every sample, [rows, 1].
  func reconstructionLoss(
    _ outputs: Variable, _ samples: Variable, squaredError: Variable
  ) -> Variable {
    switch options.loss {
    case .bernoulli: outputs.bernoulliCrossEntropyRows(samples)
    case .squared: squaredError.affine(0.5)
    }
  }
}
