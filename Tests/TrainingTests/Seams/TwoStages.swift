import Datasets
import Objectives
import Tensors

@testable import Training

/// A toy that learns the mean of (sample − center)ᵖ, where the center comes from the stage before,
/// and that keeps a row of state for every one of five chains.
final class Power: Objective {
  let parameters: ParameterSet
  let phases: [Phase]
  let metrics = ["loss"]
  let state: [ShardedState]
  private let center: Tensor
  private let power: Int

  init(_ name: String, center: Tensor, power: Int, layout: ShardLayout) {
    let slices = SliceLayout([("\(name)/mean", center.shape)])
    parameters = ParameterSet(slices)
    phases = [Phase(name: name, sums: slices)]
    state = [ShardedState(name: "\(name)/visits", count: 5, width: 2, layout: layout)]
    self.center = center
    self.power = power
  }

  func accumulate(
    _ batch: Batch, phase: Int, into accumulator: Accumulator, across: any GlobalSum
  ) throws {
    // A chain that remembers how many steps there were, and that the result depends on.
    for i in 0..<state[0].values.count { state[0].values.pointer[i] += 1 }
    let noise = state[0].values.pointer[0] * 1e-3
    let width = center.count
    for (place, shard) in batch.shards.enumerated() {
      let sums = accumulator.slice(0, at: place)
      for column in 0..<width {
        sums.pointer[column] = (0..<shard.rows).reduce(Float(0)) { sum, row in
          let distance = shard.samples.pointer[row * width + column] - center.pointer[column]
          let target = power == 1 ? distance : distance * distance
          return sum + parameters.flat.pointer[column] - target - noise
        }
      }
      accumulator.addMetric(0, Double(sums.pointer[0]), count: shard.rows, at: place)
      accumulator.commit(at: place)
    }
  }
}

/// A curriculum: the mean, then the variance around it.
struct TwoStageFamily: ModelFamily {
  static let name = "two-stages"
  let curriculum = [StagePlan(name: "first"), StagePlan(name: "second")]
  init(_ settings: SettingsReader) throws {}

  func stage(_ index: Int, _ context: StageContext) throws -> Stage {
    let center = index == 0 ? Tensor(context.shape.count) : context.earlier[0]["first/mean"]
    let name = index == 0 ? "first" : "second"
    return Stage(
      name: name,
      objective: Power(name, center: center, power: index + 1, layout: context.layout),
      evaluator: nil, encoder: nil, sampler: nil, pictures: { _ in [] })
  }
}
