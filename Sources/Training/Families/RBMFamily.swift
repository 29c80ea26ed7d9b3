import Datasets
import Models
import Objectives
import Tensors

/// `family: rbm`: a restricted Boltzmann machine of Bernoulli hidden units.
struct RBMFamily: ModelFamily {
  static let name = "rbm"

  private let hidden: Int
  private let units: RBMUnitSettings
  private let options: ContrastiveDivergenceOptions
  /// Whether the visible biases start where the data's means are.
  private let startsAtData: Bool
  private let deviation: Double
  private let evaluation: RBMEvaluationSettings
  private let sampleSweeps: Int

  init(_ settings: SettingsReader) throws {
    hidden = try settings.integer("hidden", in: 1...1_000_000)
    units = try RBMUnitSettings(settings)
    options = try ContrastiveDivergenceOptions(settings)
    startsAtData = try Self.startsAtData(settings)
    deviation = try settings.number("initial_deviation", default: 0.01, in: 0...100)
    evaluation = try RBMEvaluationSettings(settings, isBernoulli: !units.visible.isGaussian)
    sampleSweeps = try settings.integer("sample_sweeps", default: 1000, in: 1...1_000_000)
  }

  private enum Start: String, CaseIterable { case zero, data }

  private static func startsAtData(_ settings: SettingsReader) throws -> Bool {
    let start: Start = try settings.choice("initial_visible_bias", default: Start.zero)
    return start == .data
  }

  /// Biases and offsets start there.
  var usesTrainingMean: Bool { startsAtData || options.centering != .none }

  func warnings(_ configuration: RunConfiguration) -> [String] { units.warnings(configuration) }

  func stage(_ index: Int, _ context: StageContext) throws -> Stage {
    let machine = RestrictedBoltzmannMachine(
      visible: context.shape.count, hidden: hidden, visibleUnits: units.visible)
    machine.initialize(seed: context.seed, deviation: Float(deviation))
    let means = context.trainingMean.map(machine.visibleLayer.inputsOfMeans)
    if startsAtData, let means { machine.startVisibleBias(at: means) }
    return Stage(
      name: "rbm",
      objective: ContrastiveDivergence(
        machine, options: options, seed: context.seed, layout: context.layout,
        visibleMeans: means),
      evaluator: RBMEvaluator(
        machine, options: try evaluation.options(machine), seed: context.seed),
      encoder: Stage.Encoder(width: hidden) { samples, _ in machine.codes(samples) },
      sampler: machine.sampler, samplerStarts: true, samplerTempers: true,
      completer: machine.completer, sampleValues: units.values,
      pictures: { pictures(machine, $0.samples, context.seed) }, groups: units.groups,
      reconstruct: { machine.reconstructions(machine.codes($0)) })
  }

  private func pictures(
    _ machine: RestrictedBoltzmannMachine, _ examples: Tensor, _ seed: UInt64
  ) -> [Picture] {
    return [
      machine.filters,
      Picture(
        name: "reconstructions", title: "Test samples and their reconstructions",
        rows: [examples, machine.reconstructions(machine.codes(examples))],
        labels: ["sample", "model"], values: units.values),
      chains(machine, examples, seed),
    ]
  }

  /// Where chains that start at test samples have gone after 1, 10, 100, … sweeps: how soon they
  /// forget what they started from, and what the model takes them to. They take longer than all other
  /// pictures together, and so run while training goes on, on a copy of the machine.
  private func chains(
    _ machine: RestrictedBoltzmannMachine, _ examples: Tensor, _ seed: UInt64
  ) -> Picture {
    let (still, values, sweeps) = (machine.copy, units.values, sampleSweeps)
    let start = Tensor(shape: examples.shape, elements: examples.elements)
    return Picture(later: "samples", title: Picture.chainsTitle) {
      let sampler = GibbsSampler(still, chains: 0..<start.shape[0], seed: seed)
      sampler.start(at: start)
      return .chains(from: start, sweeps: sweeps, values: values, run: sampler.run)
    }
  }
}
