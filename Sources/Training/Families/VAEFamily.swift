import Autograd
import Datasets
import Layers
import Models
import Objectives
import Tensors

/// `family: vae`: a variational autoencoder, or with `importance_samples` above 1 an importance-weighted
/// one.
struct VAEFamily: ModelFamily {
  static let name = "vae"

  private let options: VariationalOptions
  private let evaluationSamples: Int

  init(_ settings: SettingsReader) throws {
    let latent = try settings.integer("latent", in: 1...100_000)
    let activation = try settings.activation("activation", default: .relu)
    let encoder = try settings.layers("encoder", activation: activation)
    let decoder = try settings.layers("decoder", activation: activation)
    options = VariationalOptions(
      latent: latent, encoder: encoder, decoder: decoder,
      likelihood: try settings.choice("likelihood", default: .bernoulli),
      beta: try settings.schedule("beta", default: 1, in: 0...1000),
      importanceSamples: try settings.integer("importance_samples", default: 1, in: 1...10000))
    evaluationSamples = try settings.integer("evaluation_samples", default: 0, in: 0...100_000)
  }

  /// A Bernoulli decoder speaks of numbers from 0 to 1.
  func check(_ configuration: RunConfiguration) throws {
    if options.likelihood == .bernoulli && configuration.data.transform == .standardize {
      throw ConfigurationError(
        "model.likelihood: bernoulli takes numbers from 0 to 1, but data.transform: standardize gives "
          + "numbers of both signs; use model.likelihood: gaussian or data.transform: unit")
    }
  }

  func stage(_ index: Int, _ context: StageContext) throws -> Stage {
    // The last layer of the decoder gives one output for each value of a sample.
    var options = options
    options.decoder.append(LayerDescription(.dense(context.shape.count)))
    let isImage = options.encoder.contains { $0.isConvolution }
    let model = try VariationalAutoencoder(
      options, sample: isImage ? context.shape.axes : [context.shape.count], seed: context.seed)
    let sampling = VariationalSampling(model, seed: context.seed)
    return Stage(
      name: "vae", objective: TapeObjective(model, seed: context.seed),
      evaluator: VariationalEvaluator(
        model, importanceSamples: evaluationSamples, seed: context.seed),
      encoder: Stage.Encoder(width: options.latent) { samples, _ in sampling.codes(samples) },
      sampler: { request in
        sampling.decoded(sampling.priorCodes(request.chains, seed: request.seed))
      },
      pictures: { sampling.pictures($0.samples) })
  }
}

extension LayerDescription {
  fileprivate var isConvolution: Bool {
    switch kind {
    case .convolution, .transposedConvolution, .maxPool: true
    default: false
    }
  }
}
