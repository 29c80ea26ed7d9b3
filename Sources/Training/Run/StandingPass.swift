import Datasets
import Objectives
import Tensors

/// Estimates the statistics that a model is evaluated with anew, from the first training batches, with
/// the parameters as they are; the same bits on any number of ranks.
final class StandingPass {
  private let statistics: any StandingStatistics
  private let loader: BatchLoader
  private let across: any GlobalSum
  private let batches: Int

  /// - Returns: nil for an objective that has nothing to estimate.
  init?(_ objective: any Objective, _ data: DataPipeline, _ across: any GlobalSum) throws {
    guard let statistics = objective as? any StandingStatistics, statistics.standingWidth > 0 else {
      return nil
    }
    self.statistics = statistics
    self.across = across
    loader = try data.trainingLoader()
    batches = min(data.standingBatches, loader.plan.stepsPerEpoch)
  }

  /// Every rank calls this together. The batches are those of the first epoch, whatever has been trained.
  func run() throws {
    let width = statistics.standingWidth
    var sums = [Double](repeating: 0, count: loader.batch.shards.count * width)
    loader.begin(epoch: 0)
    for step in 0..<batches {
      try loader.load(stepInEpoch: step, step: step)
      try statistics.addStatistics(loader.batch, to: &sums, across: across)
    }
    statistics.adoptStatistics(try across.sum(sums, width: width))
  }
}
