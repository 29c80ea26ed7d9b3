import Objectives
import Tensors

/// Any evaluator, on what a fixed function makes of the samples. Where the function draws, it does so by the
/// samples' places in their dataset: the same in every evaluation.
public final class EncodedEvaluator: Evaluator {
  private let base: any Evaluator
  private let map: SampleMap
  /// Codes of one shard each, by its index.
  private var codes: [Int: Batch] = [:]

  /// Evaluates codes.
  public init(_ base: any Evaluator, on map: SampleMap) {
    (self.base, self.map) = (base, map)
  }

  /// Evaluates codes where there is a map, else samples.
  public static func wrapping(
    _ base: any Evaluator, on map: SampleMap?
  ) -> any Evaluator {
    map.map { EncodedEvaluator(base, on: $0) } ?? base
  }

  /// The evaluator's own.
  public var width: Int { base.width }
  /// The evaluator's own.
  public var criterion: EvaluationCriterion? { base.criterion }
  /// Tells the evaluator.
  public func begin() { base.begin() }

  /// The evaluator's sums over the codes of a shard's samples.
  public func accumulate(
    _ shard: Batch.Shard, split: EvaluationSplit, into sums: UnsafeMutablePointer<Double>
  ) {
    let batch = self.batch(shard)
    batch.fill(0, from: shard, map, drawsAt: 0)
    base.accumulate(batch.shards[0], split: split, into: sums)
  }

  /// Training and test set may have shards of different sizes.
  private func batch(_ shard: Batch.Shard) -> Batch {
    if let batch = codes[shard.index], batch.shards[0].room.shape[0] >= shard.rows { return batch }
    let batch = Batch(shards: shard.index..<shard.index + 1, width: map.width) { _ in
      max(shard.room.shape[0], shard.rows)
    }
    codes[shard.index] = batch
    return batch
  }

  /// The evaluator's own.
  public func results(
    test: EvaluationSums, train: EvaluationSums?
  ) -> [(name: String, value: Double)] {
    base.results(test: test, train: train)
  }
  /// The evaluator's own.
  public var concludedNames: [String] { base.concludedNames }

  /// The evaluator's own.
  public func conclude(
    test: EvaluationSums, train: EvaluationSums?, across: any GlobalGather
  ) throws -> [(name: String, value: Double)] {
    try base.conclude(test: test, train: train, across: across)
  }

  /// The evaluator's own.
  public var notes: [String] { base.notes }

  /// The evaluator's own.
  public var tables: [EvaluationTable] { base.tables }
}
