import Objectives
import Optimizers
import Tensors

/// Updates of a stage by line searches on its loss over all samples. An evaluation is a pass over the
/// batches of an epoch.
///
/// The loss is one function of the parameters: every pass visits the batches of the first epoch's plan,
/// and random numbers (dropout, latent draws, corruption) are those of step 0, by sample. The reduced
/// sums of the batches are added in Float64, in their order, and divided once by their count. So loss and
/// gradient have the same bits on any number of ranks, and all ranks search alike.
final class FullBatchUpdates {
  /// What a pass ends with when a rank was asked to stop.
  private struct Stopped: Error {}

  /// What an update has come to.
  struct Result {
    /// What the line search found; nil when a rank was asked to stop: then nothing has changed.
    var outcome: FullBatchMinimizer.Outcome?
    /// The means of the objective's metrics at the new parameters.
    var metrics: [(name: String, value: Double)] = []
  }

  private let objective: any Objective
  private let options: FullBatchOptions
  private let minimizer: FullBatchMinimizer
  private let sum: GradientSum
  private var means: [(name: String, value: Double)] = []
  /// The means where the parameters are, and whether the loss there is known.
  private var currentMeans: [(name: String, value: Double)] = []
  private var isLossKnown = false

  /// Updates of the parameters of an objective that `FullBatchUpdates.check` lets pass.
  init(_ objective: any Objective, _ options: FullBatchOptions) {
    self.objective = objective
    self.options = options
    minimizer = options.minimizer(objective.parameters.flat)
    sum = GradientSum(objective.parameters, weightDecay: options.weightDecay)
  }

  /// The gradient of the loss, weight decay included, where the parameters are.
  var gradient: Tensor { minimizer.gradient }

  /// What a checkpoint keeps, as it names it. Loss and gradient are found anew, with the same bits.
  var state: [(name: String, values: Tensor)] {
    minimizer.state.map { ("\(options.name)/\($0.name)", $0.values) }
  }

  /// One line search.
  /// - Parameters:
  ///   - trainer: makes the passes.
  ///   - epoch: the number of updates of the stage so far.
  ///   - isStopRequested: whether this rank was asked to stop; asked before every batch.
  func update(_ trainer: StageTrainer, epoch: Int, isStopRequested: () -> Bool) throws -> Result {
    if objective.lossChanges(inEpoch: epoch) {
      minimizer.lossChanged()
      isLossKnown = false
    }
    do {
      let outcome = try minimizer.update { try evaluate(trainer, into: $0, isStopRequested) }
      // The last pass of a search that found nothing was elsewhere.
      if outcome.moved { currentMeans = means }
      return Result(outcome: outcome, metrics: currentMeans)
    } catch is Stopped {
      return Result()
    }
  }

  /// The mean loss over all samples, weight decay included; writes its gradient.
  private func evaluate(
    _ trainer: StageTrainer, into gradient: Tensor, _ isStopRequested: () -> Bool
  ) throws -> Double {
    sum.reset()
    var count = 0
    trainer.beginPass(inOrderOf: 0)
    for batch in 0..<trainer.batchesPerEpoch {
      let agreement = try trainer.sums(batch, step: 0, stopRequested: isStopRequested(), sum.add)
      guard !agreement.stops else {
        _ = try trainer.takeMetrics()
        throw Stopped()
      }
      count += trainer.samplesOfBatch
    }
    means = try trainer.takeMetrics()
    if !isLossKnown { (currentMeans, isLossKnown) = (means, true) }
    sum.write(gradient, count: count)
    let loss = objective.loss.flatMap { place in
      means.first { $0.name == objective.metrics[place] }?.value
    }
    return (loss ?? .nan) + sum.penalty
  }

  /// Whether an objective has a loss that all its parameters' gradients belong to.
  /// - Throws: `ConfigurationError`, where not.
  static func check(_ objective: any Objective, _ options: FullBatchOptions, stage: String) throws {
    let hasLoss =
      objective.loss != nil && objective.state.isEmpty && objective.phases.count == 1
    let isGradient =
      hasLoss && objective.phases[0].sums.slices == objective.parameters.layout.slices
    guard !isGradient else { return }
    let obstacle =
      hasLoss && !objective.replicatedState.isEmpty
      ? "in stage \(stage) running statistics (batch_norm) move with every batch, which no line "
        + "search takes back" : "stage \(stage) has no such loss"
    throw ConfigurationError(
      "optimizer.name is \(options.name), which makes one loss over all samples small, but "
        + "\(obstacle); use sgd, momentum, adam or another that follows batches"
        + (hasLoss ? ", or layer_norm" : ""))
  }
}
