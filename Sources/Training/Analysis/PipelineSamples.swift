import Datasets
import Models
import Objectives
import Tensors

/// The training or test set of a run as samples to be visited, shard by shard.
final class PipelineSamples: ShardedSamples {
  let count: Int
  let width: Int
  private let data: DataPipeline
  private let split: EvaluationSplit

  /// Rows of a product: one shape but for a shard's last block.
  static let rows = 512

  /// Nil without the set.
  init?(_ data: DataPipeline, _ split: EvaluationSplit) {
    guard let table = split == .test ? data.test : data.train else { return nil }
    (self.data, self.split) = (data, split)
    (count, width) = (table.count, table.shape.count)
  }

  func forEachBlock(of shard: Int, _ body: (Tensor) throws -> Void) throws {
    try forEachBatch(of: shard) { try body($0.samples) }
  }

  /// Gives samples with their labels.
  func forEachBatch(of shard: Int, _ body: (Batch.Shard) throws -> Void) throws {
    guard let loader = try data.shardLoader(split, shard: shard, rows: Self.rows) else { return }
    loader.begin(epoch: 0)
    for step in 0..<loader.plan.stepsPerEpoch {
      try loader.load(stepInEpoch: step, step: step)
      let batch = loader.batch.shards[0]
      if batch.rows > 0 { try body(batch) }
    }
  }
}
