import Autograd
import Datasets
import Layers
import Models
import Objectives
import Tensors
import Yams

/// `family: vae`: a variational autoencoder, or with `importance_samples` above 1 an importance-weighted
/// one; with `classes` a conditional one.
struct VAEFamily: ModelFamily {
  static let name = "vae"

  private let options: VariationalOptions
  private let evaluationSamples: Int
  private let sampleClasses: [Int]
  /// Whether the decoder's last layer that makes values names an activation, and does not take the
  /// stack's.
  private let namesOutputActivation: Bool

  /// The number of classes of a conditional model.
  var classes: Int? { options.classes }

  /// A Bernoulli decoder speaks of numbers from 0 to 1.
  var sampleRange: ClosedRange<Double>? { options.likelihood == .bernoulli ? 0...1 : nil }

  init(_ settings: SettingsReader) throws {
    let latent = try settings.integer("latent", in: 1...100_000)
    let classes = try settings.optionalInteger("classes", in: 1...100_000)
    sampleClasses = try settings.sampleClasses(classes)
    let activation = try settings.activation("activation", default: .relu)
    let encoder = try settings.layers("encoder", activation: activation)
    let decoder = try settings.layers("decoder", activation: activation)
    namesOutputActivation = settings.namesActivation("decoder", at: decoder.lastComputing)
    let likelihood: VariationalOptions.Likelihood = try settings.choice(
      "likelihood", default: .bernoulli)
    options = VariationalOptions(
      latent: latent, encoder: encoder, decoder: decoder, likelihood: likelihood,
      variance: try settings.likelihoodVariance(likelihood),
      beta: try settings.schedule("beta", default: 1, in: 0...1000),
      importanceSamples: try settings.integer("importance_samples", default: 1, in: 1...10000),
      classes: classes)
    evaluationSamples = try settings.integer("evaluation_samples", default: 0, in: 0...100_000)
  }

  /// What the decoder says must suit the data.
  func check(_ configuration: RunConfiguration) throws {
    guard options.likelihood == .bernoulli else { return }
    try configuration.requireUnitValues(
      for: "model.likelihood: bernoulli", instead: "model.likelihood: gaussian")
  }

  func stage(_ index: Int, _ context: StageContext) throws -> Stage {
    let model = try VariationalAutoencoder(
      try completed(context), sample: context.sampleShape(options.encoder), seed: context.seed)
    let sampling = VariationalSampling(model)
    let evaluator = VariationalEvaluator(
      model, importanceSamples: evaluationSamples, seed: context.seed)
    let pictures = VariationalPictures(
      sampling, sampleClasses: sampleClasses, seed: context.seed)
    return Stage(
      name: "vae", objective: TapeObjective(model, seed: context.seed), evaluator: evaluator,
      encoder: Stage.Encoder(width: options.latent, readsLabels: classes != nil) {
        sampling.codes($0, labels: $1)
      },
      sampler: { request in
        // No labels are no address to read labels from.
        sampling.decoded(
          sampling.priorCodes(request.chains, seed: request.seed),
          labels: request.labels.isEmpty ? nil : request.labels)
      },
      sampleValues: sampleRange == nil ? .data : .unit,
      pictures: {
        pictures.pictures($0.samples, labels: $0.labels, activity: evaluator.activity)
      }, drawsCodes: true)
  }

  /// The options with a last layer that gives one output for each value of a sample: a dense one behind
  /// the decoder's, or the decoder's own where it gives as many.
  private func completed(_ context: StageContext) throws -> VariationalOptions {
    var options = options
    options.normalization = context.normalization
    guard try options.decoderReaches(context.shape.count),
      let last = options.decoder.lastComputing
    else {
      options.decoder.append(LayerDescription(.dense(context.shape.count)))
      return options
    }
    if !namesOutputActivation { options.decoder[last].activation = .none }
    if options.likelihood == .bernoulli && options.decoder[last].activation != .none {
      throw ConfigurationError(
        "model.decoder[\(last)] names an activation, but gives the logits of model.likelihood: "
          + "bernoulli, which are any numbers; leave its activation out")
    }
    return options
  }
}

extension SettingsReader {
  /// A number, or `learned`.
  fileprivate func likelihoodVariance(
    _ likelihood: VariationalOptions.Likelihood
  ) throws -> VariationalOptions.Variance {
    let key = "likelihood_variance"
    guard likelihood == .gaussian || !has(key) else {
      throw error("belongs to likelihood: gaussian; a Bernoulli decoder has no variance", key: key)
    }
    guard likelihood == .gaussian else {
      let _: String? = notGiven(key)
      return .fixed(1)
    }
    if value(key)?.scalar?.string == "learned" {
      _ = try string(key)
      return .learned
    }
    return .fixed(Float(try number(key, default: 1, in: 1e-10...1e10)))
  }

  /// The classes that pictures show: all unless given, at most twenty.
  fileprivate func sampleClasses(_ classes: Int?) throws -> [Int] {
    let key = "sample_classes"
    guard has(key) else {
      let _: String? = notGiven(key)
      return Array(0..<min(classes ?? 0, 20))
    }
    let texts = try strings(key)
    let numbers = texts.compactMap { Int($0) }
    guard let classes else {
      throw error("belongs to a model of classes; set \(path).classes", key: key)
    }
    guard numbers.count == texts.count, numbers.allSatisfy((0..<classes).contains) else {
      throw error("must be classes from 0 to \(classes - 1), such as [0]", key: key)
    }
    return numbers
  }
}
