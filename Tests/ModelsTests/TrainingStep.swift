import DataParallel
import MessagePassing
import Models
import Objectives
import Optimizers
import Tensors

/// One rank of a run, driven by hand.
final class Rank {
  let machine: RestrictedBoltzmannMachine
  let objective: ContrastiveDivergence
  let optimizer: StochasticGradientDescent
  let accumulator: Accumulator
  let layout: ShardLayout
  let batch: Batch

  /// A machine with parameters [weights, hidden biases, visible biases], and log σ² where it is learned.
  init(
    visible: Int, hidden: Int, units: UnitKind = .bernoulli, parameters: [Float],
    options: ContrastiveDivergenceOptions,
    optimizer: StochasticGradientDescent.Options = .init(learningRate: .constant(0.1)),
    seed: UInt64, layout: ShardLayout, batchSize: Int
  ) {
    self.layout = layout
    machine = RestrictedBoltzmannMachine(visible: visible, hidden: hidden, visibleUnits: units)
    let flat = machine.parameters.flat
    flat.assign(Tensor(shape: flat.shape, elements: parameters))
    objective = ContrastiveDivergence(machine, options: options, seed: seed, layout: layout)
    self.optimizer = StochasticGradientDescent(machine.parameters, options: optimizer)
    accumulator = Accumulator(
      sums: objective.phases[0].sums, metrics: objective.metrics.count, layout: layout)
    batch = Batch(shards: layout.local, width: visible) {
      layout.range(of: $0, in: batchSize).count
    }
  }

  /// Takes this rank's part of the samples `ids`, and adds up what the objective makes of it.
  /// - Parameter merges: whether the shards are added here; a reducer does that itself.
  func accumulate(
    step: Int, epoch: Int = 0, ids: [Int], merges: Bool = true, sample: (Int) -> ArraySlice<Float>
  ) {
    (batch.step, batch.epoch, batch.globalCount) = (step, epoch, ids.count)
    objective.begin(epoch: epoch)
    optimizer.begin(epoch: epoch)
    for (place, shard) in layout.local.enumerated() {
      let part = ids[layout.range(of: shard, in: ids.count)]
      batch.setRows(part.count, at: place)
      // What the room held before must not matter.
      batch.shards[place].room.fill(.nan)
      for (row, id) in part.enumerated() {
        batch.shards[place].ids[row] = UInt32(id)
        for (i, value) in sample(id).enumerated() {
          batch.shards[place].samples.pointer[row * machine.visible + i] = value
        }
      }
    }
    objective.accumulate(batch, phase: 0, into: accumulator, across: NoSum(layout))
    accumulator.finish(stopRequested: false, finite: true)
    if merges { accumulator.merge(0..<accumulator.length) }
  }

  /// Updates the parameters from sums over all shards.
  func update(_ sums: Tensor) {
    optimizer.update(0..<sums.count, gradient: sums.pointer, count: batch.globalCount)
  }
}

/// Contrastive divergence sums nothing in the middle of a step.
private final class NoSum: GlobalSum {
  let layout: ShardLayout
  init(_ layout: ShardLayout) { self.layout = layout }
  func sum(
    _ values: UnsafePointer<Double>, width: Int, into total: UnsafeMutablePointer<Double>
  ) { preconditionFailure("not called") }
}
