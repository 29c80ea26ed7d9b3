import Datasets
import Foundation
import MessagePassing
import Objectives
import Reporting
import Tensors
import Timeline

/// Checkpoints, and the ends of a run that refer to them.
extension TrainingRun {
  /// A run that goes on from a checkpoint of another folder has one of its own from the start.
  func keepWhatWasResumed(_ trainer: StageTrainer) throws {
    let store = setup.directory.checkpoints
    let files = FileManager.default
    let found = [store.bestPath, store.path(step: position.step)].map {
      UInt8(files.fileExists(atPath: $0) ? 1 : 0)
    }
    let here = try communicator.broadcast(found)
    if here[0] == 0 { best = nil }
    if here[1] == 1 { lastCheckpoint = position.step } else { try writeCheckpoint(trainer) }
  }

  func stop(_ trainer: StageTrainer) throws -> ExitStatus {
    if lastCheckpoint != position.step || position.owesEvaluation { try writeCheckpoint(trainer) }
    _ = try timing.gather(work)
    // Before what may take a while: a script must find it also where the job is killed meanwhile.
    if communicator.rank == 0 { StopMark(isTimeUp: isTimeUp).write(to: setup.directory.stopped) }
    reporter?.waitForPictures()
    reporter?.finish()
    reporter?.say(
      "\(reasonToStop) after step \(position.step), with a checkpoint; run it again to go on")
    return .stopped
  }

  func writeCheckpoint(_ trainer: StageTrainer) throws {
    let keep = configuration.checkpoint.keep
    try writeCheckpoint(trainer) { try $0.write($1, keep: keep) }
    lastCheckpoint = position.step
    reporter?.wrote(
      checkpoint: setup.directory.checkpoints.path(step: position.step), step: position.step)
  }

  /// Rank 0 writes; all bring their chains. Parameters are the same bits everywhere.
  func writeCheckpoint(
    _ trainer: StageTrainer, _ write: (CheckpointStore, Checkpoint) throws -> Void
  ) throws {
    let parameters = finished + [trainer.stage.objective.parameters]
    guard parameters.allSatisfy(\.flat.isFinite) else { throw divergence(trainer) }
    // What the ranks do not agree on must not be kept.
    if let replicas { try check(replicas) }
    let start = watch.now
    reporter?.begin(.checkpoint)
    try Activity.checkpoint.during("checkpoint", isRare: true) {
      try Pulse.during(.checkpoint) { try collectAndWrite(trainer, parameters, write) }
    }
    reporter?.end(.checkpoint, step: position.step)
    watch.pause(watch.now - start)
    deadline?.take(checkpoint: watch.now - start)
  }

  private func collectAndWrite(
    _ trainer: StageTrainer, _ parameters: [ParameterSet],
    _ write: (CheckpointStore, Checkpoint) throws -> Void
  ) throws {
    reporter?.flush()
    let (arrays, sums) = try Activity.checkpoint.during("gather") {
      let arrays = try snapshot.arrays(
        parameters: parameters,
        states: finishedStates + trainer.stage.objective.replicatedState, trainer: trainer,
        extra: setup.data.stateArrays)
      return (arrays, try snapshot.metricSums(trainer))
    }
    if communicator.rank == 0 {
      // Whoever goes on from here does not draw them again.
      reporter?.waitForPictures(before: position.step)
      let checkpoint = Checkpoint(
        arrays: arrays, metricSums: sums, evaluations: decisions?.history ?? [:],
        position: position, best: best, program: programVersion,
        family: type(of: configuration.model).name, configuration: configuration.yaml,
        dataset: setup.data.fingerprint, sampleShape: setup.data.train.shape.axes,
        digest: parameterDigest(parameters))
      try Activity.checkpoint.during("write") { try write(setup.directory.checkpoints, checkpoint) }
    }
  }

  func divergence(_ trainer: StageTrainer) -> NumericalError {
    reporter?.finish()
    let saved =
      lastCheckpoint.map { "the last good checkpoint is of step \($0)" }
      ?? "there is no checkpoint yet"
    let advice =
      trainer.fullBatch == nil
      ? "lower optimizer.learning_rate or raise optimizer.weight_decay"
      : "bring the samples to a smaller range by data.transform"
    return NumericalError(
      "\(trainer.stage.objective.metrics.first ?? "the loss") is not finite at step "
        + "\(position.step), epoch \(position.epoch + 1): the model diverged; \(advice); \(saved)")
  }
}
