import MessagePassing
import Objectives
import Optimizers
import Tensors

/// What can be said of a run's stages before anything has been written.
extension TrainingRun {
  /// Builds the stages once, where a line search, a decision or a delay needs to know what they are like.
  /// - Throws: a failure of bad input, where a stage cannot be trained as the settings say.
  static func checkStages(_ communicator: Communicator, _ setup: RunSetup) throws {
    let configuration = setup.configuration
    let choices = configuration.model.curriculum.map { $0.optimizer ?? configuration.optimizer }
    let searches = choices.contains { $0.fullBatch != nil }
    let isDelayed = configuration.training.delay > 0
    guard searches || isDelayed || !configuration.decisions.isEmpty else { return }
    try together(communicator) {
      var earlier: [ParameterSet] = []
      for (index, choice) in choices.enumerated() {
        let stage = try configuration.model.stage(index, setup.context(earlier: earlier))
        if let options = choice.fullBatch {
          try FullBatchUpdates.check(stage.objective, options, stage: stage.name)
        }
        guard !isDelayed || stage.objective.phases.count == 1 else {
          throw UsageError(
            "training.delay is 1, but a step of \(stage.name) has several phases, each of which needs the "
              + "update of the one before; leave training.delay out")
        }
        if index == choices.count - 1 {
          try EvaluationDecisions.check(configuration.decisions, stage.evaluator)
        }
        earlier.append(stage.objective.parameters)
      }
    }
  }
}
