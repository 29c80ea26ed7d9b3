import Datasets
import MessagePassing
import Objectives
import Optimizers
import Tensors
import Timeline

/// Stages whose parameters are moved once an epoch, by a line search on the loss over all samples.
extension TrainingRun {
  /// An epoch: one update. A rank that was asked to stop ends it between two batches; then it has not
  /// happened.
  func update(
    _ updates: FullBatchUpdates, _ trainer: StageTrainer, _ evaluation: StageEvaluation
  ) throws -> ExitStatus {
    Pulse.step = position.step
    trainer.begin(epoch: position.epoch)
    var last = watch.now
    let result = try takeStep(updates, trainer) {
      // Between two batches it can stop: they are its steps.
      deadline?.take(step: watch.now - last)
      last = watch.now
      return wantsToStop(steps: 1, evaluates: true)
    }
    guard let outcome = result.outcome else { return try stop(trainer) }
    guard outcome.loss.isFinite else { throw divergence(trainer) }
    guard outcome.moved || lossWillChange(trainer.stage) else {
      reasonToEnd =
        "no step makes the loss smaller (gradient norm \(outcome.gradientNorm)): a minimum at the "
        + "precision of Float32"
      return .done
    }
    // An update that found no step counts: a later epoch has another loss.
    position.step += 1
    try recordGradient(updates, trainer)
    try checkReplicasIfDue()
    watch.add(samples: outcome.evaluations * setup.data.train.count)
    try Activity.report.during("log") {
      try log(
        trainer, result.metrics + [("gradient_norm", outcome.gradientNorm)], endsEpoch: true)
    }
    beginNextEpoch()
    guard try evaluateIfDue(trainer, evaluation) else { return try stop(trainer) }
    if isCheckpointDue(atEpochEnd: true) { try writeCheckpoint(trainer) }
    return .done
  }

  /// One update, in the timeline where there is one: it is a step and an epoch.
  private func takeStep(
    _ updates: FullBatchUpdates, _ trainer: StageTrainer, isStopRequested: () -> Bool
  ) throws -> FullBatchUpdates.Result {
    func take() throws -> FullBatchUpdates.Result {
      try Activity.update.during("line search") {
        try updates.update(trainer, epoch: position.epoch, isStopRequested: isStopRequested)
      }
    }
    guard let trace else { return try take() }
    return try trace.during(
      step: position.step + 1, epoch: position.epoch + 1, place: 0, of: 1,
      samples: { trainer.ownSamplesOfBatch }, take)
  }

  /// Whether the loss is another function of the parameters in an epoch that is to come.
  private func lossWillChange(_ stage: Stage) -> Bool {
    guard position.epoch + 1 < epochs else { return false }
    return (position.epoch + 1..<epochs).contains { stage.objective.lossChanges(inEpoch: $0) }
  }
}
