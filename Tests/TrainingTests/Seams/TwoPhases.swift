import Datasets
import Objectives
import Tensors

@testable import Training

/// A toy with two phases a step, of which neither sums all parameters: `slow` (phase two) follows
/// the mean of the samples plus `fast[0]` as phase one has left it. Phase one also counts what it
/// sees, as k-means would, and writes it into `seen` itself.
final class TwoPhases: Objective {
  let parameters: ParameterSet
  let phases: [Phase]
  let metrics = ["distance", "rows"]
  private let width: Int

  init(width: Int) {
    self.width = width
    parameters = ParameterSet(
      SliceLayout([("slow", [width]), ("seen", [1]), ("fast", [2])]))
    phases = [
      Phase(name: "fast", sums: SliceLayout([("count", [1]), ("fast", [2])])),
      Phase(name: "slow", sums: SliceLayout([("slow", [width])])),
    ]
  }

  func accumulate(
    _ batch: Batch, phase: Int, into accumulator: Accumulator, across: any GlobalSum
  ) throws {
    for (place, shard) in batch.shards.enumerated() {
      if phase == 0 {
        accumulator.slice(0, at: place).fill(Float(shard.rows))
        add(shard, parameters["fast"], to: accumulator.slice(1, at: place), shift: 0)
        accumulator.addMetric(1, Double(shard.rows), count: 1, at: place)
      } else {
        let shift = parameters["fast"].elements[0]
        add(shard, parameters["slow"], to: accumulator.slice(0, at: place), shift: shift)
        let distance = accumulator.slice(0, at: place).elements.reduce(0) { $0 + Double($1 * $1) }
        accumulator.addMetric(0, distance, count: shard.rows, at: place)
      }
      accumulator.commit(at: place)
    }
  }

  /// Σ over samples of (parameter − sample − shift).
  private func add(_ shard: Batch.Shard, _ parameter: Tensor, to sums: Tensor, shift: Float) {
    for column in 0..<parameter.count {
      sums.pointer[column] = (0..<shard.rows).reduce(Float(0)) {
        $0 + parameter.pointer[column] - shard.samples.pointer[$1 * width + column] - shift
      }
    }
  }

  func update(phase: Int, sums: Tensor, count: Int) {
    precondition(phase == 0 && sums.pointer[0] == Float(count), "all shards' statistics")
    parameters["seen"].pointer[0] += sums.pointer[0]
  }
}

struct TwoPhaseFamily: ModelFamily {
  static let name = "two-phases"
  init(_ settings: SettingsReader) throws {}

  func stage(_ index: Int, _ context: StageContext) throws -> Stage {
    Stage(
      name: "toy", objective: TwoPhases(width: context.shape.count), evaluator: nil, encoder: nil,
      sampler: nil, pictures: { _ in [] })
  }
}
