import CKernels
import Foundation
import Objectives
import Tensors

/// Reconstruction error, free energy, activations, pseudo-likelihood and likelihood of a machine.
///
/// - Reconstruction: the squared distance of x and its means after one mean-field sweep, in the data's
///   scale.
/// - Free energy: F(u) = −(what the visible units add to −E) − (the log of the sum over h), such as
///   −cᵀx − Σ_j softplus(b_j + W_j·x) of Bernoulli units, so that log p(u) = −F(u) − log Z; with
///   Gaussian hidden units −cᵀx − ½ Σ_j (b_j + W_j·x)². The gap, of training less that of test data, falls
///   below zero when the model learns its training data by heart (Hinton 2010, section 6).
/// - Activations: the mean of h over test samples and units, and the shares of units whose mean is below
///   0.01 (dead) and above 0.99 (saturated).
/// - Pseudo-likelihood: Σ_i log p(x_i | all others) (`PseudoLikelihood`).
/// - Likelihood: log p(x) in the scale of the samples as the machine gets them; of labelled machines that
///   of sample and label together.
public final class RBMEvaluator: Evaluator {
  /// Sums of squared error, free energy and log pseudo-likelihood, of h, and of training samples' u where
  /// annealing needs them.
  public var width: Int { Place.means + machine.hidden + (keepsInputs ? machine.visible : 0) }

  /// The first found of: exact likelihood, pseudo-likelihood, reconstruction error.
  public var criterion: EvaluationCriterion? {
    if options.likelihood == .exact {
      return EvaluationCriterion("log_likelihood", prefersLess: false)
    }
    return options.pseudoLikelihood == .none
      ? EvaluationCriterion("reconstruction_error", prefersLess: true)
      : EvaluationCriterion("pseudo_log_likelihood", prefersLess: false)
  }

  /// What annealing had to say.
  public var notes: [String] { likelihood.notes }
  /// Those of the likelihood.
  public var concludedNames: [String] { likelihood.names }

  /// Where sums lie.
  private enum Place {
    static let error = 0
    static let freeEnergy = 1
    static let pseudo = 2
    static let means = 3
  }

  private let machine: RestrictedBoltzmannMachine
  private let options: RBMEvaluationOptions
  private let stream: RandomStream
  private var pseudo: PseudoLikelihood?
  private var likelihood: LikelihoodMeasurement
  private var kept: KeptSamples?
  private let spaces: RowSpaces<Space>

  private var keepsInputs: Bool { if case .annealed = options.likelihood { true } else { false } }

  /// - Parameters:
  ///   - options: what to measure; what the machine's units do not allow is a programmer's error.
  ///   - seed: of the flips and of annealing.
  public init(
    _ machine: RestrictedBoltzmannMachine, options: RBMEvaluationOptions = .init(), seed: UInt64 = 0
  ) {
    (self.machine, self.options) = (machine, options)
    spaces = RowSpaces { Space(rows: $0, machine) }
    stream = RandomStream(seed: seed, purpose: .likelihood)
    pseudo = options.pseudoLikelihood == .none ? nil : PseudoLikelihood(machine)
    likelihood = LikelihoodMeasurement(machine, options.likelihood, seed: seed)
  }

  /// Whether the pseudo-likelihood of a machine can be measured.
  public static func canMeasurePseudoLikelihood(_ machine: RestrictedBoltzmannMachine) -> Bool {
    PseudoLikelihood.suits(machine)
  }

  /// Prepares for the weights as they are now. Call it before a pass over data.
  public func begin() {
    if options.pseudoLikelihood == .exact { pseudo?.prepare() }
    if case .annealed(let annealing) = options.likelihood {
      kept = KeptSamples(
        most: annealing.runs, width: machine.visible,
        stream: stream.at(step: 0, round: LikelihoodMeasurement.startRound))
    }
  }

  /// Sums of the shard's samples.
  public func accumulate(
    _ shard: Batch.Shard, split: EvaluationSplit, into sums: UnsafeMutablePointer<Double>
  ) {
    guard shard.rows > 0 else { return }
    let space = spaces.space(shard.rows)
    let u = space.inputs
    machine.visibleLayer.inputs(shard.samples, labels: shard.labels, into: u)
    sums[Place.freeEnergy] += machine.freeEnergy(u, activations: space.activations)
    guard split == .test else {
      if keepsInputs { keep(u, shard.ids, sums) }
      return
    }
    for row in 0..<shard.rows { addPseudoLikelihood(row, shard.ids[row], space, sums) }
    machine.hiddenMeans(u, into: space.hidden)
    sdt_add_rows(sums + Place.means, space.hidden.pointer, shard.rows, machine.hidden)
    machine.visibleMeans(space.hidden, into: space.visible)
    sums[Place.error] += machine.visibleLayer.squaredDistance(u, space.visible)
  }

  /// Means over samples, and the gap of free energies.
  public func results(
    test: EvaluationSums, train: EvaluationSums?
  ) -> [(name: String, value: Double)] {
    var values = [
      ("reconstruction_error", test.mean(Place.error)),
      ("free_energy", test.mean(Place.freeEnergy)),
    ]
    if machine.visibleLayer.kind.isGaussian {
      let perPixel = test.mean(Place.error) / Double(machine.visibleLayer.sampleWidth)
      values.append(("reconstruction_error_per_pixel", perPixel))
    }
    if let train {
      values.append(
        ("free_energy_gap", train.mean(Place.freeEnergy) - test.mean(Place.freeEnergy)))
    }
    values += activations(test)
    if options.pseudoLikelihood != .none {
      values.append(("pseudo_log_likelihood", test.mean(Place.pseudo)))
    }
    return values
  }

  /// The likelihood beside these. Every rank calls this together.
  public func conclude(
    test: EvaluationSums, train: EvaluationSums?, across: any GlobalGather
  ) throws -> [(name: String, value: Double)] {
    let inputs = keepsInputs ? train.map { Array($0.sums[(Place.means + machine.hidden)...]) } : nil
    let further = try likelihood.values(
      freeEnergy: test.mean(Place.freeEnergy),
      sums: (inputs ?? Array(repeating: 0, count: machine.visible), train?.count ?? 0), kept: kept,
      across: across)
    return results(test: test, train: train) + further
  }

  private func activations(_ test: EvaluationSums) -> [(String, Double)] {
    let means = (Place.means..<Place.means + machine.hidden).map { test.mean($0) }
    let count = Double(means.count)
    let mean = ("mean_activation", means.reduce(0, +) / count)
    guard !machine.hiddenLayer.kind.isGaussian else { return [mean] }
    return [
      mean, ("dead_units", Double(means.count { $0 < 0.01 }) / count),
      ("saturated_units", Double(means.count { $0 > 0.99 }) / count),
    ]
  }

  private func keep(
    _ u: Tensor, _ ids: UnsafePointer<UInt32>, _ sums: UnsafeMutablePointer<Double>
  ) {
    kept?.add(u, ids: ids)
    sdt_add_rows(
      sums + Place.means + machine.hidden, u.pointer, u.shape[0], machine.visible)
  }

  private func addPseudoLikelihood(
    _ row: Int, _ id: UInt32, _ space: Space, _ sums: UnsafeMutablePointer<Double>
  ) {
    let sample = space.inputs.pointer + row * machine.visible
    let activation = space.activations.pointer + row * machine.hidden
    switch options.pseudoLikelihood {
    case .none: return
    case .exact: sums[Place.pseudo] += pseudo!.exact(sample, activation)
    case .stochastic(let flips):
      let units = self.units(of: id, flips)
      sums[Place.pseudo] += pseudo!.stochastic(sample, activation, units: units)
    }
  }

  /// The units that are flipped of a sample, drawn with replacement: always the same of that sample.
  func units(of id: UInt32, _ flips: Int) -> [Int] {
    var words = [UInt32](repeating: 0, count: flips)
    words.withUnsafeMutableBufferPointer { stream.words(item: Int(id), into: $0) }
    return words.map { Int((UInt64($0) * UInt64(machine.visible)) >> 32) }
  }
}

/// Buffers of an evaluation of `rows` samples.
private final class Space {
  let inputs: Tensor
  let activations: Tensor
  let hidden: Tensor
  let visible: Tensor

  init(rows: Int, _ machine: RestrictedBoltzmannMachine) {
    inputs = Tensor(rows, machine.visible)
    activations = Tensor(rows, machine.hidden)
    hidden = Tensor(rows, machine.hidden)
    visible = Tensor(rows, machine.visible)
  }
}
