/// What an evaluation of a restricted Boltzmann machine measures beside the cheap quantities.
public struct RBMEvaluationOptions: Sendable, Equatable {
  /// How log p(x_i | all others) is summed over i.
  public enum PseudoLikelihood: Sendable, Equatable {
    /// Not at all.
    case none
    /// Over all units.
    case exact
    /// Over so many units a sample, drawn with replacement, times units / flips: the same on average.
    case stochastic(flips: Int)
  }

  /// How log Z, and so the log-likelihood, is found.
  public enum Likelihood: Sendable, Equatable {
    /// Not at all.
    case none
    /// By the sum over all states of one layer.
    case exact
    /// By annealed importance sampling, upwards and downwards.
    case annealed(AnnealingOptions)
  }

  /// The pseudo-likelihood.
  public var pseudoLikelihood: PseudoLikelihood
  /// The likelihood.
  public var likelihood: Likelihood

  /// What to measure.
  public init(pseudoLikelihood: PseudoLikelihood = .none, likelihood: Likelihood = .none) {
    self.pseudoLikelihood = pseudoLikelihood
    self.likelihood = likelihood
  }
}

/// How annealed importance sampling runs.
public struct AnnealingOptions: Sendable, Equatable {
  /// How inverse temperatures lie between 0 and 1.
  public enum Spacing: String, Sendable, CaseIterable {
    /// In equal steps.
    case uniform
    /// Ever denser: of 29 steps one up to 0.5, eight to 0.9 and twenty to 1 (Salakhutdinov and Murray,
    /// 2008, whose 14,500 these are in proportion).
    case dense
  }

  /// The number of runs each way.
  public var runs: Int
  /// The number of steps in temperature.
  public var temperatures: Int
  /// Where they lie.
  public var spacing: Spacing
  /// Gibbs sweeps from training samples to the first states of the runs downwards.
  public var burnIn: Int
  /// The width of the bracket, in nats, above which it is called wide.
  public var tolerance: Double

  /// Options.
  public init(
    runs: Int = 100, temperatures: Int = 10_000, spacing: Spacing = .uniform, burnIn: Int = 1000,
    tolerance: Double = 1
  ) {
    self.runs = runs
    self.temperatures = temperatures
    self.spacing = spacing
    self.burnIn = burnIn
    self.tolerance = tolerance
  }

  /// The inverse temperatures, rising from 0 to 1.
  public var path: [Double] {
    let all = AnnealedImportanceSampling.uniform(temperatures)
    guard spacing == .dense else { return all }
    return all.map { place in
      let step = place * 29
      if step <= 1 { return 0.5 * step }
      return step <= 9 ? 0.5 + 0.4 * (step - 1) / 8 : min(1, 0.9 + 0.1 * (step - 9) / 20)
    }
  }
}
