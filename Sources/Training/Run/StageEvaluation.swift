import Datasets
import Objectives
import Tensors

/// How a stage is judged on the test set; without one there is nothing to say.
final class StageEvaluation {
  private let pass: EvaluationPass?
  private let test: BatchLoader?
  private let train: BatchLoader?

  init(_ stage: Stage, _ data: DataPipeline, _ across: any GlobalSum) throws {
    pass = stage.evaluator.map { EvaluationPass(evaluator: $0, across: across) }
    test = try data.testLoader()
    train = test == nil ? nil : try data.comparisonLoader()
  }

  /// All values, the same bits on every rank.
  func run() throws -> [(name: String, value: Double)] {
    guard let pass, let test, let train else { return [] }
    return try pass.run(test: test, train: train)
  }
}
