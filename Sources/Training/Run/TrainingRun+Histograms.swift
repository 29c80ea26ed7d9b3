import DataParallel
import Datasets
import MessagePassing
import Objectives
import Reporting
import Tensors

/// Histograms of parameters, at evaluations, and of gradients, in the last step of an epoch. All ranks count.
extension TrainingRun {
  private func hasHistograms(afterEpoch epoch: Int) -> Bool {
    let reporting = configuration.reporting
    let every = reporting.histogramsEveryEpochs
    guard reporting.tensorBoard && every > 0 else { return false }
    return epoch % every == 0 || epoch == epochs
  }

  /// Whether the gradients of the step that comes next are wanted.
  var wantsGradients: Bool {
    position.stepInEpoch == setup.data.plan.stepsPerEpoch - 1
      && hasHistograms(afterEpoch: position.epoch + 1)
  }

  /// Tells of the gradients of a step that was watched, after it.
  func recordGradients(_ trainer: StageTrainer) throws {
    guard trainer.watchesGradients else { return }
    let found = try trainer.takeGradients(communicator)
    reporter?.show("gradients", found, stage: trainer.stage.name, step: position.step)
  }

  /// Tells of the gradient that a line search ended with.
  func recordGradient(_ updates: FullBatchUpdates, _ trainer: StageTrainer) throws {
    guard hasHistograms(afterEpoch: position.epoch + 1) else { return }
    try record("gradients", updates.gradient, trainer)
  }

  /// Tells of the parameters, as they are evaluated.
  func recordParameters(_ trainer: StageTrainer) throws {
    guard hasHistograms(afterEpoch: position.epoch) else { return }
    try record("parameters", trainer.stage.objective.parameters.flat, trainer)
  }

  /// What all ranks hold alike: each counts a part.
  private func record(_ group: String, _ values: Tensor, _ trainer: StageTrainer) throws {
    var histograms = SliceHistograms(trainer.stage.objective.parameters.layout.slices)
    let share = SliceHistograms.share(of: values.count, setup.layout)
    histograms.add(share, values.pointer + share.lowerBound)
    let found = try histograms.collected(communicator)
    reporter?.show(group, found, stage: trainer.stage.name, step: position.step)
  }
}
