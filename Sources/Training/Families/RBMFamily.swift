import Datasets
import Models
import Objectives
import Tensors

/// `family: rbm`: a restricted Boltzmann machine of Bernoulli units.
struct RBMFamily: ModelFamily {
  static let name = "rbm"

  private enum Units: String, CaseIterable { case bernoulli }
  private enum SamplerName: String, CaseIterable { case cd, pcd }

  private let hidden: Int
  private let options: ContrastiveDivergenceOptions
  private let deviation: Double
  private let pseudoLikelihood: Bool
  private let sampleSweeps: Int

  init(_ settings: SettingsReader) throws {
    hidden = try settings.integer("hidden", in: 1...1_000_000)
    let _: Units = try settings.choice("visible", default: .bernoulli)
    let sampler: SamplerName = try settings.choice("sampler", default: .cd)
    let steps = try settings.schedule("gibbs_steps", default: 1, in: 1...10000)
    let chains = try Self.chains(settings, sampler)
    options = ContrastiveDivergenceOptions(
      negativePhase: chains.map { .persistent(chains: $0) } ?? .contrastiveDivergence,
      gibbsSteps: steps,
      positiveHidden: try settings.choice("positive_hidden", default: .probabilities),
      negativeHidden: try settings.choice("negative_hidden", default: .probabilities),
      negativeVisible: try settings.choice("negative_visible", default: .samples))
    deviation = try settings.number("initial_deviation", default: 0.01, in: 0...100)
    pseudoLikelihood = try settings.flag("pseudo_likelihood", default: true)
    sampleSweeps = try settings.integer("sample_sweeps", default: 1000, in: 1...1_000_000)
  }

  private static func chains(_ settings: SettingsReader, _ sampler: SamplerName) throws -> Int? {
    if sampler == .pcd { return try settings.integer("chains", default: 100, in: 1...10_000_000) }
    guard settings.has("chains") else {
      return try settings.optionalInteger("chains", in: 1...10_000_000)
    }
    throw settings.error("belongs to sampler: pcd; sampler: cd starts at the data", key: "chains")
  }

  /// Units that are on or off stand for numbers from 0 to 1.
  func warnings(_ configuration: RunConfiguration) -> [String] {
    guard configuration.data.transform == .standardize else { return [] }
    return [
      "warning: data.transform: standardize gives numbers of both signs, but model.visible: bernoulli "
        + "stands for numbers from 0 to 1; unit or a binarize transform suits it"
    ]
  }

  func stage(_ index: Int, _ context: StageContext) throws -> Stage {
    let machine = RestrictedBoltzmannMachine(visible: context.shape.count, hidden: hidden)
    machine.initialize(seed: context.seed, deviation: Float(deviation))
    return Stage(
      name: "rbm",
      objective: ContrastiveDivergence(
        machine, options: options, seed: context.seed, layout: context.layout),
      evaluator: RBMEvaluator(machine, pseudoLikelihood: pseudoLikelihood),
      encoder: Stage.Encoder(width: hidden) { samples, _ in machine.codes(samples) },
      sampler: machine.sampler, samplerStarts: true, samplerTempers: true,
      completer: machine.completer,
      pictures: { pictures(machine, $0.samples, context.seed) })
  }

  private func pictures(
    _ machine: RestrictedBoltzmannMachine, _ examples: Tensor, _ seed: UInt64
  ) -> [Picture] {
    return [
      machine.filters,
      Picture(
        name: "reconstructions", title: "Test samples and their reconstructions",
        rows: [examples, machine.reconstructions(machine.codes(examples))],
        labels: ["sample", "model"], values: .unit),
      chains(machine, examples, seed),
    ]
  }

  /// Where chains that start at test samples have gone after 1, 10, 100, … sweeps: how soon they
  /// forget what they started from, and what the model takes them to.
  private func chains(
    _ machine: RestrictedBoltzmannMachine, _ examples: Tensor, _ seed: UInt64
  ) -> Picture {
    let sampler = GibbsSampler(machine, chains: 0..<examples.shape[0], seed: seed)
    sampler.start(at: examples)
    var (rows, labels, done) = ([examples], ["start"], 0)
    for sweeps in sequence(first: 1, next: { $0 * 10 }).prefix(while: { $0 <= sampleSweeps }) {
      let means = sampler.run(steps: done..<sweeps)
      rows.append(Tensor(shape: means.shape, elements: means.elements))
      labels.append("\(sweeps)")
      done = sweeps
    }
    return Picture(
      name: "samples", title: "Gibbs chains from test samples, by the number of sweeps",
      rows: rows, labels: labels, values: .unit)
  }
}
