import Datasets
import Models
import Objectives
import Tensors

/// `family: boltzmann`: a general Boltzmann machine of binary units, with or without hidden ones.
struct BoltzmannFamily: ModelFamily {
  static let name = "boltzmann"

  private enum Inference: String, CaseIterable {
    case gibbs
    case meanField = "mean-field"
  }

  private let hidden: Int
  private let connections: BoltzmannConnections
  private let options: BoltzmannOptions
  private let deviation: Double
  private let sampleSweeps: Int

  /// Units that are on or off stand for numbers from 0 to 1.
  var sampleRange: ClosedRange<Double>? { 0...1 }

  /// The most units: a matrix of 20,000 takes 1.6 GB, and a rank holds about five.
  private static let mostUnits = 20_000

  init(_ settings: SettingsReader) throws {
    hidden = try settings.integer("hidden", default: 0, in: 0...Self.mostUnits)
    connections = try settings.choice("connections", default: .all)
    if hidden == 0 && connections == .restricted {
      throw settings.error(
        "is restricted, which connects visible with hidden units alone, but there are no hidden units; "
          + "set \(settings.path).hidden", key: "connections")
    }
    options = try Self.options(settings, hidden: hidden, connections)
    deviation = try settings.number("initial_deviation", default: 0.01, in: 0...100)
    sampleSweeps = try settings.integer("sample_sweeps", default: 1000, in: 1...1_000_000)
  }

  private static func options(
    _ settings: SettingsReader, hidden: Int, _ connections: BoltzmannConnections
  ) throws -> BoltzmannOptions {
    var options = BoltzmannOptions(
      chains: try settings.integer("chains", default: 100, in: 1...10_000_000),
      gibbsSteps: try settings.schedule("gibbs_steps", default: 1, in: 1...10000),
      freeStatistics: try settings.choice("free_statistics", default: .probabilities))
    guard hidden > 0 else {
      try refuseHiddenSettings(settings)
      return options
    }
    let inference: Inference = try settings.choice("clamped", default: .gibbs)
    options.clampedSteps = try settings.schedule(
      "clamped_steps", default: inference == .gibbs ? 5 : 20, in: 1...10000)
    if inference == .meanField {
      let damping = try settings.number("damping", default: 0.5, in: 0...0.99)
      options.inference = .meanField(damping: Float(damping))
      try refuse(
        settings, "clamped_statistics", "belongs to clamped: gibbs; mean field has means alone")
    } else {
      options.clampedStatistics = try settings.choice("clamped_statistics", default: .probabilities)
      try refuse(settings, "damping", "belongs to clamped: mean-field")
    }
    return options
  }

  /// What says how hidden units are inferred has no meaning without any.
  private static func refuseHiddenSettings(_ settings: SettingsReader) throws {
    for key in ["clamped", "clamped_steps", "damping", "clamped_statistics"] {
      try refuse(
        settings, key, "belongs to a machine with hidden units; set \(settings.path).hidden")
    }
  }

  private static func refuse(_ settings: SettingsReader, _ key: String, _ line: String) throws {
    if settings.has(key) { throw settings.error(line, key: key) }
    let _: String? = settings.notGiven(key)
  }

  func check(_ configuration: RunConfiguration) throws {
    try configuration.requireUnitValues(for: "model.family: boltzmann")
  }

  /// Grey levels are allowed, as of an RBM, but hardly what is meant.
  func warnings(_ configuration: RunConfiguration) -> [String] {
    guard [.unit, .none].contains(configuration.data.transform) else { return [] }
    return [
      "warning: data.transform: \(configuration.data.transform.rawValue) may give the machine grey "
        + "values, which it takes for means of binary units; where the data is not binary already, "
        + "use data.transform: binarize-threshold, binarize-sample or binarize-fixed"
    ]
  }

  func stage(_ index: Int, _ context: StageContext) throws -> Stage {
    let units = context.shape.count + hidden
    guard units <= Self.mostUnits else {
      throw ConfigurationError(
        "model: a machine of \(context.shape.count) visible and \(hidden) hidden units has \(units) of "
          + "them, but at most \(Self.mostUnits) can all be connected; take smaller samples, or "
          + "model.family: rbm")
    }
    let machine = BoltzmannMachine(
      visible: context.shape.count, hidden: hidden, connections: connections)
    machine.initialize(seed: context.seed, deviation: Float(deviation))
    let views = BoltzmannViews(
      machine, seed: context.seed, steps: codeSteps, damping: codeDamping)
    return Stage(
      name: "boltzmann",
      objective: BoltzmannLearning(
        machine, options: options, seed: context.seed, layout: context.layout),
      evaluator: BoltzmannEvaluator(
        machine, inference: options.inference, sweeps: evaluationSteps, seed: context.seed),
      encoder: hidden == 0
        ? nil : Stage.Encoder(width: hidden) { samples, _ in views.codes(samples) },
      sampler: { request in
        let sampler = BoltzmannSampler(machine, chains: request.chains, seed: request.seed)
        if let start = request.start { sampler.start(at: start) }
        return sampler.run(steps: 0..<request.sweeps)
      },
      samplerStarts: true,
      pictures: { pictures(views, $0.samples) })
  }

  /// Evaluations of any epoch infer hidden units alike: as the first epoch does.
  private var evaluationSteps: Int {
    max(Int(options.clampedSteps.value(epoch: 0).rounded()), 1)
  }

  /// Codes are mean-field means, whatever training samples by: the same for the same sample.
  private var codeSteps: Int {
    if case .meanField = options.inference { return evaluationSteps }
    return 20
  }

  private var codeDamping: Float {
    if case .meanField(let damping) = options.inference { return damping }
    return 0.5
  }

  private func pictures(_ views: BoltzmannViews, _ examples: Tensor) -> [Picture] {
    [views.filters, views.couplings].compactMap { $0 }
      + [views.reconstructions(examples), views.chains(from: examples, sweeps: sampleSweeps)]
  }
}
