import Datasets
import Objectives
import Tensors

@testable import Training

/// A toy that learns the mean of the samples, judged by its squared distance to the test samples. It
/// has two stages, of which the second starts where the first has ended.
struct JudgedFamily: ModelFamily {
  static let name = "judged"
  let curriculum: [StagePlan]
  init(_ settings: SettingsReader) throws {
    let count = try settings.integer("stages", default: 1, in: 1...2)
    curriculum = (0..<count).map { StagePlan(name: "stage-\($0)") }
  }

  func stage(_ index: Int, _ context: StageContext) throws -> Stage {
    let objective = Power(
      "stage-\(index)", center: Tensor(context.shape.count), power: 1, layout: context.layout)
    objective.parameters.flat.fill(3)
    if index > 0 { objective.parameters.flat.assign(context.earlier[0].flat) }
    return Stage(
      name: "stage-\(index)", objective: objective, evaluator: Distance(objective.parameters.flat),
      encoder: nil, sampler: nil, pictures: { _ in [] })
  }
}

private final class Distance: Evaluator {
  let width = 1
  let criterion: EvaluationCriterion? = EvaluationCriterion("distance", prefersLess: true)
  private let mean: Tensor
  init(_ mean: Tensor) { self.mean = mean }
  func begin() {}

  func accumulate(
    _ shard: Batch.Shard, split: EvaluationSplit, into sums: UnsafeMutablePointer<Double>
  ) {
    for i in 0..<shard.rows * mean.count {
      let distance = Double(shard.samples.pointer[i] - mean.pointer[i % mean.count])
      sums[0] += distance * distance
    }
  }

  func results(test: EvaluationSums, train: EvaluationSums?) -> [(name: String, value: Double)] {
    [("distance", test.mean(0)), ("closeness", -test.mean(0))]
  }
}
