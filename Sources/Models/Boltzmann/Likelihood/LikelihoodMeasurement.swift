import Foundation
import Tensors

/// The log-likelihood of a machine by its partition function, exact or annealed, as named values.
struct LikelihoodMeasurement {
  private let machine: RestrictedBoltzmannMachine
  private let likelihood: RBMEvaluationOptions.Likelihood
  private let seed: UInt64
  /// What to say of the last bracket, if it was wide.
  private(set) var notes: [String] = []

  init(
    _ machine: RestrictedBoltzmannMachine, _ likelihood: RBMEvaluationOptions.Likelihood,
    seed: UInt64
  ) {
    switch likelihood {
    case .none: break
    case .exact: precondition(PartitionFunction.canSum(machine), "few enough units to sum over")
    case .annealed:
      precondition(AnnealedImportanceSampling.suits(machine), "Bernoulli hidden units")
    }
    (self.machine, self.likelihood, self.seed) = (machine, likelihood, seed)
  }

  /// The names of `values`.
  var names: [String] {
    switch likelihood {
    case .none: []
    case .exact: ["log_partition", "log_likelihood"]
    case .annealed:
      [
        "log_partition", "log_partition_error", "log_partition_reverse",
        "log_partition_reverse_error", "log_likelihood", "log_likelihood_reverse",
      ]
    }
  }

  /// Every rank calls this together.
  /// - Parameters:
  ///   - freeEnergy: the mean of F over the test set.
  ///   - sums: Σ u over training samples, [visible], and their number.
  ///   - kept: training samples u, at which the chains start that give first states downwards.
  mutating func values(
    freeEnergy: Double, sums: (u: [Double], count: Int), kept: KeptSamples?,
    across: any GlobalGather
  ) throws -> [(name: String, value: Double)] {
    // The density of x = σu.
    let unnormalized = -freeEnergy - machine.visibleLayer.logScale
    switch likelihood {
    case .none: return []
    case .exact:
      let logZ = try PartitionFunction(machine).logarithm(across: across)
      return Array(zip(names, [logZ, unnormalized - logZ])).map { ($0.0, $0.1) }
    case .annealed(let options):
      let starts = try kept!.chosen(across: across)
      let (up, down) = try annealed(options, sums, starts, across)
      let bracket = (unnormalized - down.logarithm, unnormalized - up.logarithm)
      notes = Self.notes(bracket, error: hypot(up.standardError, down.standardError), options)
      let values = [
        up.logarithm, up.standardError, down.logarithm, down.standardError, bracket.1, bracket.0,
      ]
      return Array(zip(names, values)).map { ($0.0, $0.1) }
    }
  }

  private func annealed(
    _ options: AnnealingOptions, _ sums: (u: [Double], count: Int), _ starts: Tensor,
    _ across: any GlobalGather
  ) throws -> (up: PartitionEstimate, down: PartitionEstimate) {
    let annealing = AnnealedImportanceSampling(
      machine, base: machine.visibleLayer.independentBias(sums: sums.u, samples: sums.count),
      temperatures: options.path, seed: seed)
    let up = try annealing.logWeights(.upwards, runs: options.runs, across: across)
    let down = try annealing.logWeights(
      .downwards, runs: options.runs, start: { chains($0, from: starts, options.burnIn) },
      across: across)
    let base = annealing.baseLogarithm
    return (
      PartitionEstimate(logWeights: up, .upwards, baseLogarithm: base),
      PartitionEstimate(logWeights: down, .downwards, baseLogarithm: base)
    )
  }

  /// The states u of chains, one a run, that started at training samples.
  private func chains(_ runs: Range<Int>, from starts: Tensor, _ sweeps: Int) -> Tensor {
    let ids = runs.map { UInt32(truncatingIfNeeded: $0) }
    let stream = RandomStream(seed: seed, purpose: .likelihood)
    let (u, means) = (Tensor(runs.count, machine.visible), Tensor(runs.count, machine.visible))
    let (h, fields) = (Tensor(runs.count, machine.hidden), Tensor(runs.count, machine.hidden))
    let transposed = Tensor(machine.visible, machine.hidden)
    transpose(machine.weights, into: transposed)
    for (row, run) in runs.enumerated() where starts.shape[0] > 0 {
      let place = run % starts.shape[0]
      u.rows(row..<row + 1).assign(starts.rows(place..<place + 1))
    }
    for sweep in 0..<sweeps {
      machine.sampleHidden(
        u, means: fields, samples: h, stream: stream.at(step: sweep, round: Self.chainRound),
        ids: ids, transposedWeights: transposed)
      machine.sampleVisible(
        h, means: means, samples: u, stream: stream.at(step: sweep, round: Self.chainRound + 1),
        ids: ids)
    }
    return u
  }

  /// Draws of these rounds are the chains'; round 0 is the flips' of the pseudo-likelihood.
  private static let chainRound = 1
  /// And of this round the choice of the samples that the chains start at.
  static let startRound = 3

  private static func notes(
    _ bracket: (low: Double, high: Double), error: Double, _ options: AnnealingOptions
  ) -> [String] {
    let width = abs(bracket.high - bracket.low)
    let numbers = [bracket.low, bracket.high, width].map { String(format: "%.2f", $0) }
    if bracket.low > bracket.high + max(3 * error, 0.1) {
      return [
        "warning: annealing back finds a log-likelihood of \(numbers[0]), above the \(numbers[1]) of the "
          + "way up: its runs did not start at samples of the machine, so log_likelihood_reverse is no "
          + "bound; raise ais.burn_in, or train on: chains from data are far from a young machine"
      ]
    }
    guard !(width <= options.tolerance) else { return [] }
    return [
      "warning: annealing leaves the log-likelihood between \(numbers[0]) and \(numbers[1]), "
        + "\(numbers[2]) nats apart: neither end is to be trusted alone; raise ais.temperatures, or "
        + "ais.burn_in if the machine mixes slowly"
    ]
  }
}

extension RandomPurpose {
  /// Flips of the stochastic pseudo-likelihood, and the chains that reverse annealing starts at.
  static let likelihood = RandomPurpose(number: 18)
}
