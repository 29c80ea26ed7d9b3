import Models

/// What evaluations of `family: rbm` measure: `likelihood`, `pseudo_likelihood`, `flips` and `ais`. They
/// may be set anew for a trained checkpoint, and when a run goes on.
struct RBMEvaluationSettings: Sendable {
  private enum Likelihood: String, CaseIterable { case auto, none, exact, annealed }
  private enum PseudoLikelihood: String, CaseIterable { case exact, stochastic, none }

  /// The most units of a layer that `auto` sums over in every evaluation.
  private static let mostAutomaticUnits = 20

  /// The settings' keys, under `model`.
  static let keys = ["likelihood", "pseudo_likelihood", "flips", "ais"]

  private let likelihood: Likelihood
  private let pseudoLikelihood: RBMEvaluationOptions.PseudoLikelihood
  private let annealing: AnnealingOptions

  /// - Parameter isBernoulli: whether all units of the machine are on or off.
  init(_ settings: SettingsReader, isBernoulli: Bool) throws {
    likelihood = try settings.choice("likelihood", default: .auto)
    pseudoLikelihood = try Self.pseudoLikelihood(settings, isBernoulli)
    annealing = try Self.annealing(settings.section("ais"))
  }

  private static func pseudoLikelihood(
    _ settings: SettingsReader, _ isBernoulli: Bool
  ) throws -> RBMEvaluationOptions.PseudoLikelihood {
    let key = "pseudo_likelihood"
    let choice: PseudoLikelihood = try settings.choice(
      key, default: isBernoulli ? .exact : PseudoLikelihood.none)
    guard isBernoulli || choice == .none else {
      throw settings.error(
        "is \(choice.rawValue), but is known of machines whose units are all bernoulli alone; leave it "
          + "out, or set it to none", key: key)
    }
    let range = 1...1_000_000
    switch choice {
    case .stochastic:
      return .stochastic(flips: try settings.integer("flips", default: 1, in: range))
    case .exact, .none:
      guard try settings.optionalInteger("flips", in: range) == nil else {
        throw settings.error("belongs to pseudo_likelihood: stochastic", key: "flips")
      }
      return choice == .exact ? .exact : .none
    }
  }

  private static func annealing(_ settings: SettingsReader) throws -> AnnealingOptions {
    AnnealingOptions(
      runs: try settings.integer("runs", default: 100, in: 2...1_000_000),
      temperatures: try settings.integer("temperatures", default: 10_000, in: 1...10_000_000),
      spacing: try settings.choice("spacing", default: .uniform),
      burnIn: try settings.integer("burn_in", default: 1000, in: 0...10_000_000),
      tolerance: try settings.number("tolerance", default: 1, in: 0...1e9))
  }

  /// What to measure of a machine.
  /// - Throws: `ConfigurationError`, where the machine does not allow it.
  func options(_ machine: RestrictedBoltzmannMachine) throws -> RBMEvaluationOptions {
    RBMEvaluationOptions(pseudoLikelihood: pseudoLikelihood, likelihood: try measured(machine))
  }

  private func measured(
    _ machine: RestrictedBoltzmannMachine
  ) throws -> RBMEvaluationOptions.Likelihood {
    let summed = PartitionFunction.summedUnits(machine)
    switch likelihood {
    case .none: return .none
    case .auto: return summed.map { $0 <= Self.mostAutomaticUnits } ?? false ? .exact : .none
    case .exact:
      guard PartitionFunction.canSum(machine) else {
        throw ConfigurationError(
          "model.likelihood is exact, which sums over all states of one layer of at most "
            + "\(PartitionFunction.mostUnits) units; this machine has \(machine.visible) visible and "
            + "\(machine.hidden) hidden ones: set it to annealed")
      }
      return .exact
    case .annealed:
      guard AnnealedImportanceSampling.suits(machine) else {
        throw ConfigurationError(
          "model.likelihood is annealed, which needs hidden units that are bernoulli; set it to none"
        )
      }
      return .annealed(annealing)
    }
  }
}
