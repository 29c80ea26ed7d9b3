import Models
import Objectives
import Tensors
import TestSupport

/// What `Fixtures/variational.py` writes of a model.
struct VariationalCase: Decodable {
  let loss: Double
  let names: [String]
  let gradients: [[Double]]
  let states: [[Double]]

  static let all: [String: VariationalCase] = try! fixture("Fixtures/variational.json")
}

/// Steps of a tape model without an optimizer, its samples cut into shards that are all here.
final class TapeSteps {
  let objective: TapeObjective
  let batch: Batch
  private let accumulator: Accumulator
  private let across: SoloSum
  private let rows: [Int]
  /// The sums of the last step.
  private(set) var sums: Tensor

  init(_ model: any TapeModel, seed: UInt64, rows: [Int]) {
    objective = TapeObjective(model, seed: seed)
    self.rows = rows
    across = SoloSum(shards: rows.count)
    batch = Batch(shards: 0..<rows.count, width: model.sampleWidth) { rows[$0] }
    accumulator = Accumulator(
      sums: objective.phases[0].sums, metrics: model.metrics.count,
      layout: ShardLayout(shards: rows.count))
    sums = Tensor(objective.phases[0].sums.count)
  }

  /// One step on samples [all rows, width] with ids from 0.
  func run(_ samples: Tensor, labels: [Int32], step: Int) throws {
    var first = 0
    for (place, count) in rows.enumerated() {
      batch.setRows(count, at: place)
      let shard = batch.shards[place]
      for row in 0..<count {
        shard.ids[row] = UInt32(first + row)
        shard.labels[row] = labels[first + row]
      }
      if count > 0 { shard.samples.assign(samples.rows(first..<first + count)) }
      first += count
    }
    (batch.step, batch.globalCount) = (step, first)
    accumulator.resetMetrics()
    try objective.accumulate(batch, phase: 0, into: accumulator, across: across)
    sums.fill(0)
    for place in rows.indices {
      for i in 0..<sums.count { sums.pointer[i] += accumulator.leaf(place).pointer[i] }
    }
    objective.update(phase: 0, sums: sums, count: first)
  }

  /// The sum of a metric over all shards.
  func metric(_ number: Int) -> Double {
    let width = 2 * objective.metrics.count
    return rows.indices.reduce(0) { $0 + accumulator.metricSums[$1 * width + 2 * number] }
  }

  /// The gradient of every parameter, in order.
  var gradients: [(name: String, values: [Float])] {
    objective.parameters.layout.slices.map {
      ($0.name, sums.view(offset: $0.offset, shape: $0.shape).elements)
    }
  }
}
