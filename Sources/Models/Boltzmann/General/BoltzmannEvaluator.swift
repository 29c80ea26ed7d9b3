import Foundation
import Objectives
import Tensors

/// Measures a general Boltzmann machine, as means over samples.
///
/// - `log_likelihood`: log p(x), exact, hidden units summed out; of machines of at most
///   `BoltzmannEnumeration.mostUnits` units. `log_likelihood_gap` is training less test, and
///   `log_partition` is log Z.
/// - `pseudo_log_likelihood`, without hidden units: Σ_i log p(x_i | all others), exact (Besag,
///   "Statistical analysis of non-lattice data", 1975).
/// - `clamped_pseudo_log_likelihood`, with hidden units h: Σ_i log p(x_i | all other values, h), h as the
///   clamped phase infers it. As h has seen x_i, it flatters: it compares models of one kind, and bounds
///   nothing.
/// - `reconstruction_error`: the squared distance of x and the means of those conditionals.
///
/// Grey values count as mixtures of 0 and 1.
public final class BoltzmannEvaluator: Evaluator {
  /// Sums of squared error, of log (pseudo-)likelihood by units, and of log p.
  public let width = 3
  /// The exact likelihood where it is measured, else the pseudo-likelihood.
  public var criterion: EvaluationCriterion? {
    EvaluationCriterion(isExact ? "log_likelihood" : pseudoName, prefersLess: false)
  }

  private let machine: BoltzmannMachine
  private let couplings: BoltzmannCouplings
  private let clamped: ClampedPhase
  private let sweeps: Int
  private let stream: RandomStream
  private var enumeration: BoltzmannEnumeration?
  private let spaces: RowSpaces<Space>
  /// Whether all states are visited.
  private let isExact: Bool

  private var pseudoName: String {
    machine.hidden > 0 ? "clamped_pseudo_log_likelihood" : "pseudo_log_likelihood"
  }

  /// - Parameters:
  ///   - inference: how hidden units are inferred.
  ///   - sweeps: the number of sweeps, or steps of mean field.
  ///   - seed: what their draws are keyed by; they are the same in every evaluation.
  public init(
    _ machine: BoltzmannMachine, inference: HiddenInference, sweeps: Int, seed: UInt64
  ) {
    self.machine = machine
    isExact = machine.units <= BoltzmannEnumeration.mostUnits
    spaces = RowSpaces { Space(rows: $0, machine) }
    self.sweeps = sweeps
    couplings = BoltzmannCouplings(machine)
    clamped = ClampedPhase(couplings: couplings, inference: inference)
    stream = RandomStream(seed: seed, purpose: .evaluation)
  }

  /// Prepares for the weights as they are now. Call it before a pass over data.
  public func begin() {
    couplings.refresh()
    enumeration = isExact ? BoltzmannEnumeration(machine) : nil
  }

  /// Sums of the shard's samples.
  public func accumulate(
    _ shard: Batch.Shard, split: EvaluationSplit, into sums: UnsafeMutablePointer<Double>
  ) {
    guard shard.rows > 0 else { return }
    if let enumeration {
      for row in 0..<shard.rows {
        sums[2] += enumeration.logLikelihood(shard.samples.pointer + row * machine.visible)
      }
    }
    guard split == .test else { return }
    let space = spaces.space(shard.rows)
    clamped.infer(
      shard.samples, sweeps: sweeps, states: space.hidden, means: space.hiddenMeans,
      space: space.clamped, stream: stream, ids: shard.ids)
    space.view.look(shard.samples, space.hidden, couplings)
    sums[0] += space.view.squaredError(shard.samples)
    sums[1] += space.view.logLikelihood(shard.samples)
  }

  /// Means over samples.
  public func results(
    test: EvaluationSums, train: EvaluationSums?
  ) -> [(name: String, value: Double)] {
    var values = [("reconstruction_error", test.mean(0)), (pseudoName, test.mean(1))]
    if isExact {
      values.append(("log_likelihood", test.mean(2)))
      if let train { values.append(("log_likelihood_gap", train.mean(2) - test.mean(2))) }
      // The names are asked for before anything is enumerated.
      values.append(("log_partition", enumeration?.logPartition ?? .nan))
    }
    return values
  }

  /// Buffers of an evaluation of `rows` samples.
  private final class Space {
    let hidden: Tensor
    let hiddenMeans: Tensor
    let clamped: ClampedPhase.Space
    let view: VisibleView

    init(rows: Int, _ machine: BoltzmannMachine) {
      hidden = Tensor(rows, machine.hidden)
      hiddenMeans = Tensor(rows, machine.hidden)
      clamped = ClampedPhase.Space(rows: rows, hidden: machine.hidden)
      view = VisibleView(rows: rows, machine)
    }
  }
}
