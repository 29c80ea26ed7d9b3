import MessagePassing
import Objectives
import Optimizers
import Tensors

/// Brings a run's state to rank 0 and back.
struct Snapshot {
  let communicator: Communicator
  let layout: ShardLayout

  /// All arrays of a checkpoint. Every rank calls this; rank 0 gets them.
  func arrays(
    parameters: [ParameterSet], states: [ReplicatedState], trainer: StageTrainer,
    extra: [Checkpoint.NamedArray]
  ) throws -> [Checkpoint.NamedArray] {
    var arrays = extra
    for state in states {
      arrays.append(
        .init(
          path: "/state/\(state.name)", shape: state.values.shape, values: state.values.elements))
    }
    for set in parameters {
      arrays += set.layout.slices.map { slice in
        .init(
          path: "/parameters/\(slice.name)", shape: slice.shape, values: set[slice.name].elements)
      }
    }
    if let sums = try trainer.heldSums() {
      arrays.append(
        .init(
          path: "/state/\(StageTrainer.delayedSums)", shape: sums.shape, values: sums.elements))
    }
    try trainer.gatherOptimizerState(communicator)
    for (name, values) in trainer.optimizerState {
      arrays.append(
        .init(path: "/optimizer/\(name)", shape: values.shape, values: values.elements))
    }
    for state in trainer.stage.objective.state {
      let values = try communicator.gather(UnsafeBufferPointer(state.values.buffer))
      arrays.append(
        .init(
          path: "/state/\(state.name)", shape: [state.count, state.values.shape[1]], values: values)
      )
    }
    return arrays
  }

  /// Metric sums of all shards, at rank 0 and everywhere.
  func metricSums(_ trainer: StageTrainer) throws -> [Double] {
    let width = trainer.metricSums.count / layout.local.count
    let counts = (0..<layout.ranks).map { layout.owned(by: $0).count * width }
    return try communicator.allGather(trainer.metricSums, counts: counts)
  }

  /// Puts the parameters of a finished stage, or of one under way, back.
  static func restore(_ set: ParameterSet, from checkpoint: Checkpoint) throws {
    for slice in set.layout.slices {
      try copy(checkpoint, "/parameters/\(slice.name)", into: set[slice.name])
    }
  }

  /// Puts running statistics and their like back.
  static func restore(_ states: [ReplicatedState], from checkpoint: Checkpoint) throws {
    for state in states { try copy(checkpoint, "/state/\(state.name)", into: state.values) }
  }

  /// Puts the averages of parameters in their place, where the checkpoint holds any: what a stage is
  /// judged by.
  static func restoreAverages(_ set: ParameterSet, from checkpoint: Checkpoint) throws {
    for slice in set.layout.slices {
      let path = "/optimizer/\(slice.name)/\(ParameterAverage.name)"
      if checkpoint[path] != nil { try copy(checkpoint, path, into: set[slice.name]) }
    }
  }

  /// Puts optimizers, chains and metric sums back.
  func restore(_ trainer: StageTrainer, from checkpoint: Checkpoint) throws {
    try trainer.gatherOptimizerState(communicator)
    for (name, values) in trainer.optimizerState {
      try Self.copy(checkpoint, "/optimizer/\(name)", into: values)
    }
    for state in trainer.stage.objective.state {
      let path = "/state/\(state.name)"
      guard let array = checkpoint[path], array.shape == [state.count, state.values.shape[1]] else {
        throw CheckpointError("the checkpoint does not hold \(path) of this model; train anew")
      }
      let width = state.values.shape[1]
      for (place, row) in state.range.enumerated() {
        for column in 0..<width {
          state.values.pointer[place * width + column] = array.values[row * width + column]
        }
      }
    }
    if let sums = checkpoint["/state/\(StageTrainer.delayedSums)"] {
      trainer.restoreHeldSums(sums.values, stepInEpoch: checkpoint.position.stepInEpoch)
    }
    let width = trainer.metricSums.count / layout.local.count
    if checkpoint.metricSums.count == width * layout.shards {
      let own = layout.local.lowerBound * width..<layout.local.upperBound * width
      trainer.restoreMetrics(Array(checkpoint.metricSums[own]))
    }
  }

  private static func copy(_ checkpoint: Checkpoint, _ path: String, into tensor: Tensor) throws {
    guard let array = checkpoint[path] else {
      throw CheckpointError("the checkpoint does not hold \(path): it is of another model")
    }
    guard array.shape == tensor.shape else {
      throw CheckpointError(
        "\(path) is \(array.shape) in the checkpoint but \(tensor.shape) in the model: it is of "
          + "another model")
    }
    for (i, value) in array.values.enumerated() { tensor.pointer[i] = value }
  }
}
