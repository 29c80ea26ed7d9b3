import DataParallel
import Datasets
import MessagePassing
import Objectives
import Tensors

/// How a stage is judged on the test set; without one there is nothing to say.
final class StageEvaluation {
  private let pass: EvaluationPass?
  private let test: BatchLoader?
  private let train: BatchLoader?
  private let standing: StandingPass?

  init(
    _ stage: Stage, _ data: DataPipeline, _ across: any GlobalSum, _ communicator: Communicator
  ) throws {
    let gather = RankGather(communicator)
    pass = stage.evaluator.map { EvaluationPass(evaluator: $0, across: across, gather: gather) }
    standing = try StandingPass(stage.objective, data, across)
    test = try data.testLoader()
    train = test == nil ? nil : try data.comparisonLoader()
  }

  /// All values, the same bits on every rank. Statistics that the model is evaluated with are estimated
  /// anew before, where it is to be so: also for the pictures and codes that follow.
  /// - Parameter isStopRequested: whether this rank is to stop.
  /// - Throws: `EvaluationPass.Interrupted` on all ranks, when one is.
  func run(isStopRequested: () -> Bool = { false }) throws -> [(name: String, value: Double)] {
    try standing?.run()
    guard let pass, let test, let train else { return [] }
    return try pass.run(test: test, train: train, isStopRequested: isStopRequested)
  }
}
