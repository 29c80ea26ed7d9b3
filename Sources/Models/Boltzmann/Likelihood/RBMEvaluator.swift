import CKernels
import Foundation
import Objectives
import Tensors

/// Reconstruction error, free energy and exact pseudo-likelihood of a Bernoulli RBM.
///
/// - Reconstruction: the squared distance of x and its means after one mean-field sweep.
/// - Free energy: F(x) = −cᵀx − Σ_j softplus(b_j + W_j·x), so that log p(x) = −F(x) − log Z; with
///   Gaussian hidden units −cᵀx − ½ Σ_j (b_j + W_j·x)². The gap between test and training data grows
///   when the model learns its training data by heart (Hinton 2010, section 6).
/// - Pseudo-likelihood: Σ_i log p(x_i | all others), over all i (Besag, 1975). A grey x_i counts as
///   that mixture of 0 and 1: x_i log p(1 | rest) + (1 − x_i) log p(0 | rest), given the grey rest.
public final class RBMEvaluator: Evaluator {
  /// Sums of squared error, of free energy, and of log pseudo-likelihood.
  public let width = 3
  /// The pseudo-likelihood where it is measured, else the reconstruction error.
  public var criterion: EvaluationCriterion? {
    measuresPseudoLikelihood
      ? EvaluationCriterion("pseudo_log_likelihood", prefersLess: false)
      : EvaluationCriterion("reconstruction_error", prefersLess: true)
  }
  private let machine: RestrictedBoltzmannMachine
  private let measuresPseudoLikelihood: Bool
  private var spaces: [Int: Space] = [:]
  private var grow: [Double] = []
  private var shrink: [Double] = []
  private var group = 1

  /// - Parameter pseudoLikelihood: whether to measure it; it costs as much as a step for each
  ///   visible unit.
  public init(_ machine: RestrictedBoltzmannMachine, pseudoLikelihood: Bool) {
    precondition(
      !pseudoLikelihood
        || machine.hiddenLayer.kind == .bernoulli && machine.visibleLayer.kind == .bernoulli,
      "of Bernoulli units alone")
    self.machine = machine
    measuresPseudoLikelihood = pseudoLikelihood
  }

  /// Prepares for the weights as they are now. Call it before a pass over data.
  public func begin() {
    guard measuresPseudoLikelihood else { return }
    let weights = machine.weights.buffer
    grow = weights.map { exp(Double($0)) }
    shrink = weights.map { exp(-Double($0)) }
    let largest = weights.reduce(Float(0)) { max($0, abs($1)) }
    // Products of `group` factors of at most exp(|w|) stay far inside Float64.
    group = max(1, min(32, Int(300 / max(Double(largest), 1))))
  }

  /// Sums of the shard's samples.
  public func accumulate(
    _ shard: Batch.Shard, split: EvaluationSplit, into sums: UnsafeMutablePointer<Double>
  ) {
    guard shard.rows > 0 else { return }
    let space = self.space(shard.rows)
    let x = space.inputs
    machine.visibleLayer.inputs(shard.samples, labels: shard.labels, into: x)
    machine.hiddenFields(x, nil, into: space.activations)
    for row in 0..<shard.rows { addFreeEnergy(row, x, space, sums) }
    guard split == .test else { return }
    if measuresPseudoLikelihood {
      for row in 0..<shard.rows { sums[2] += pseudoLikelihood(row, x, space) }
    }
    machine.hiddenMeans(x, into: space.hidden)
    machine.visibleMeans(space.hidden, into: space.visible)
    sums[0] += machine.visibleLayer.squaredDistance(x, space.visible)
  }

  /// Means over samples, and the gap of free energies.
  public func results(
    test: EvaluationSums, train: EvaluationSums?
  ) -> [(name: String, value: Double)] {
    var values = [("reconstruction_error", test.mean(0)), ("free_energy", test.mean(1))]
    if machine.visibleLayer.kind.isGaussian {
      let perPixel = test.mean(0) / Double(machine.visibleLayer.sampleWidth)
      values.append(("reconstruction_error_per_pixel", perPixel))
    }
    if let train { values.append(("free_energy_gap", test.mean(1) - train.mean(1))) }
    if measuresPseudoLikelihood { values.append(("pseudo_log_likelihood", test.mean(2))) }
    return values
  }

  /// Adds F; leaves b + Wx in the row of activations.
  private func addFreeEnergy(
    _ row: Int, _ x: Tensor, _ space: Space, _ sums: UnsafeMutablePointer<Double>
  ) {
    let activation = space.activations.pointer + row * machine.hidden
    sdt_add(activation, machine.hiddenBias.pointer, machine.hidden)
    sums[1] -=
      machine.visibleLayer.ownTerm(x.pointer + row * machine.visible)
      + machine.hiddenLayer.marginalTerm(activation)
  }

  private func pseudoLikelihood(_ row: Int, _ x: Tensor, _ space: Space) -> Double {
    let activation = space.activations.pointer + row * machine.hidden
    for j in 0..<machine.hidden {
      space.on[j] = 1 / (1 + exp(-Double(activation[j])))
      space.off[j] = 1 / (1 + exp(Double(activation[j])))
    }
    let sample = x.pointer + row * machine.visible
    sdt_visible_log_odds(
      &space.odds, sample, space.on, space.off, machine.weights.pointer, grow, shrink,
      machine.hidden, machine.visible, machine.visible, group)
    var sum = 0.0
    for i in 0..<machine.visible {
      let odds = space.odds[i] + Double(machine.visibleBias.pointer[i])
      sum += Double(sample[i]) * logSigmoid(odds) + Double(1 - sample[i]) * logSigmoid(-odds)
    }
    return sum
  }

  private func space(_ rows: Int) -> Space {
    if let space = spaces[rows] { return space }
    let space = Space(rows: rows, machine)
    spaces[rows] = space
    return space
  }
}

/// Buffers of an evaluation of `rows` samples.
private final class Space {
  let inputs: Tensor
  let activations: Tensor
  let hidden: Tensor
  let visible: Tensor
  var on: [Double]
  var off: [Double]
  var odds: [Double]

  init(rows: Int, _ machine: RestrictedBoltzmannMachine) {
    inputs = Tensor(rows, machine.visible)
    activations = Tensor(rows, machine.hidden)
    hidden = Tensor(rows, machine.hidden)
    visible = Tensor(rows, machine.visible)
    on = Array(repeating: 0, count: machine.hidden)
    off = Array(repeating: 0, count: machine.hidden)
    odds = Array(repeating: 0, count: machine.visible)
  }
}

/// log(1 / (1 + exp(−x))), stable for any finite x.
func logSigmoid(_ x: Double) -> Double {
  min(x, 0) - log1p(exp(-abs(x)))
}
