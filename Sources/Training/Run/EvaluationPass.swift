import Datasets
import Objectives
import Tensors

/// Runs an evaluator over data, each sample once, distributed over the ranks; the result has the
/// same bits on any number of them.
struct EvaluationPass {
  let evaluator: any Evaluator
  let across: any GlobalSum
  let gather: any GlobalGather

  /// The values over the test set, compared with about as many training samples.
  func run(test: BatchLoader, train: BatchLoader) throws -> [(name: String, value: Double)] {
    evaluator.begin()
    let testSums = try sums(test, .test, steps: test.plan.stepsPerEpoch)
    let steps = min(test.plan.stepsPerEpoch, train.plan.stepsPerEpoch)
    let trainSums = try sums(train, .train, steps: steps)
    return try evaluator.conclude(test: testSums, train: trainSums, across: gather)
  }

  private func sums(_ loader: BatchLoader, _ split: EvaluationSplit, steps: Int) throws
    -> EvaluationSums
  {
    let width = evaluator.width
    var values = [Double](repeating: 0, count: loader.batch.shards.count * width)
    var count = 0
    loader.begin(epoch: 0)
    for step in 0..<steps {
      try loader.load(stepInEpoch: step, step: step)
      count += loader.batch.globalCount
      values.withUnsafeMutableBufferPointer { values in
        for (place, shard) in loader.batch.shards.enumerated() {
          evaluator.accumulate(shard, split: split, into: values.baseAddress! + place * width)
        }
      }
    }
    return EvaluationSums(sums: try across.sum(values, width: width), count: count)
  }
}
