import Datasets
import MessagePassing
import Objectives
import Optimizers
import Tensors

/// Stages whose parameters are moved once an epoch, by a line search on the loss over all samples.
extension TrainingRun {
  /// An epoch: one update. A rank that was asked to stop ends it between two batches; then it has not
  /// happened.
  func update(
    _ updates: FullBatchUpdates, _ trainer: StageTrainer, _ evaluation: StageEvaluation
  ) throws -> ExitStatus {
    trainer.begin(epoch: position.epoch)
    let result = try updates.update(trainer, epoch: position.epoch) { StopRequest.isPending }
    guard let outcome = result.outcome else { return try stop(trainer) }
    guard outcome.loss.isFinite else { throw divergence(trainer) }
    guard outcome.moved else {
      reasonToEnd =
        "no step makes the loss smaller (gradient norm \(outcome.gradientNorm)): a minimum at the "
        + "precision of Float32"
      return .done
    }
    position.step += 1
    watch.add(samples: outcome.evaluations * setup.data.train.count)
    try log(trainer, result.metrics + [("gradient_norm", outcome.gradientNorm)], endsEpoch: true)
    beginNextEpoch()
    try evaluateIfDue(trainer, evaluation)
    if isCheckpointDue(atEpochEnd: true) { try writeCheckpoint(trainer) }
    return .done
  }

  /// Builds the stages once, where one is to be trained so, to find out whether it can be: before
  /// anything has been written.
  static func checkFullBatch(_ communicator: Communicator, _ setup: RunSetup) throws {
    let configuration = setup.configuration
    let plans = configuration.model.curriculum
    let choices = plans.map { $0.optimizer ?? configuration.optimizer }
    guard choices.contains(where: { $0.fullBatch != nil }) else { return }
    try together(communicator) {
      var earlier: [ParameterSet] = []
      for (index, choice) in choices.enumerated() {
        let stage = try configuration.model.stage(index, setup.context(earlier: earlier))
        if let options = choice.fullBatch {
          try FullBatchUpdates.check(stage.objective, options, stage: stage.name)
        }
        earlier.append(stage.objective.parameters)
      }
    }
  }
}
