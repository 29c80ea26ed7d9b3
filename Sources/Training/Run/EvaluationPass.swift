import Datasets
import Objectives
import Tensors

/// Runs an evaluator over data, each sample once, distributed over the ranks; the result has the
/// same bits on any number of them.
///
/// A rank that is asked to stop says so where the sums are added: then all give up.
struct EvaluationPass {
  /// What all ranks throw when one was asked to stop.
  struct Interrupted: Error {}

  let evaluator: any Evaluator
  let across: any GlobalSum
  let gather: any GlobalGather

  /// The values over the test set, compared with about as many training samples.
  /// - Parameter isStopRequested: whether this rank is to stop; asked between batches.
  func run(test: BatchLoader, train: BatchLoader, isStopRequested: () -> Bool = { false }) throws
    -> [(name: String, value: Double)]
  {
    evaluator.begin()
    let testSums = try sums(test, .test, steps: test.plan.stepsPerEpoch, isStopRequested)
    let steps = min(test.plan.stepsPerEpoch, train.plan.stepsPerEpoch)
    let trainSums = try sums(train, .train, steps: steps, isStopRequested)
    return try evaluator.conclude(test: testSums, train: trainSums, across: gather)
  }

  private func sums(
    _ loader: BatchLoader, _ split: EvaluationSplit, steps: Int, _ isStopRequested: () -> Bool
  ) throws -> EvaluationSums {
    // The last value of each shard says whether its rank was asked to stop.
    let width = evaluator.width + 1
    var values = [Double](repeating: 0, count: loader.batch.shards.count * width)
    var count = 0
    loader.begin(epoch: 0)
    for step in 0..<steps {
      if isStopRequested() {
        values[width - 1] = 1
        break
      }
      try loader.load(stepInEpoch: step, step: step)
      count += loader.batch.globalCount
      values.withUnsafeMutableBufferPointer { values in
        for (place, shard) in loader.batch.shards.enumerated() {
          evaluator.accumulate(shard, split: split, into: values.baseAddress! + place * width)
        }
      }
    }
    let total = try across.sum(values, width: width)
    guard total[width - 1] == 0 else { throw Interrupted() }
    return EvaluationSums(sums: Array(total.dropLast()), count: count)
  }
}
