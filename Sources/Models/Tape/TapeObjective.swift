import Autograd
import Objectives
import Tensors

/// Gradients of a tape model's loss, shard by shard: one program for each number of rows, recorded
/// once, whose results are written straight to where the reducer reads them.
public final class TapeObjective: Objective {
  /// The model.
  public let model: any TapeModel
  /// One phase: slices named like the parameters, then what batch norms leave.
  public let phases: [Phase]
  private let states: LayerStates
  private let seed: UInt64
  private let lockstep = Lockstep()
  private var programs: [Int: RecordedProgram] = [:]
  private var statistics: [Int: RecordedProgram] = [:]

  /// The model's parameters.
  public var parameters: ParameterSet { model.parameters }
  /// The model's metrics, sums over samples.
  public var metrics: [String] { model.metrics }
  /// The running statistics of batch norms.
  public var replicatedState: [ReplicatedState] {
    states.running.layout.slices.map { ReplicatedState($0.name, states.running[$0.name]) }
  }

  /// The model's loss, which is its first metric.
  public var loss: Int? { 0 }

  /// Trains a model.
  public init(_ model: any TapeModel, seed: UInt64) {
    self.model = model
    self.seed = seed
    states = model.states
    let slices = model.parameters.layout.slices + states.statistics.slices
    phases = [Phase(name: "loss", sums: SliceLayout(slices.map { ($0.name, $0.shape) }))]
  }

  /// Tells the model.
  public func begin(epoch: Int) { model.begin(epoch: epoch) }

  /// The program's memory: the largest that values need which are alive together. Shards take turns in
  /// one frame; where they are run together, each has its own.
  public func plannedBytes(shards: Int, rows: Int) -> Int? {
    let program = program(rows).program
    return program.sumsOverShards ? shards * program.bytes : program.bytes
  }

  /// Asks the model.
  public func lossChanges(inEpoch epoch: Int) -> Bool { model.lossChanges(inEpoch: epoch) }

  /// The gradients of this rank's shards: one after the other, or in lockstep when the model sums over
  /// shards in the middle.
  public func accumulate(
    _ batch: Batch, phase: Int, into accumulator: Accumulator, across: any GlobalSum
  ) throws {
    if program(batch.shards[0].rows).program.sumsOverShards {
      try accumulateTogether(batch, accumulator, across)
    } else {
      for (place, shard) in batch.shards.enumerated() {
        // One frame is enough, and stays in the core's cache.
        let recorded = program(shard.rows)
        recorded.program.run(prepare(recorded, 0, shard, batch.step, accumulator, place))
        report(recorded, 0, shard, accumulator, place)
        accumulator.commit(at: place)
      }
    }
  }

  /// Running statistics follow what was left in the step.
  public func update(phase: Int, sums: Tensor, count: Int) {
    states.update(sums.pointer + parameters.layout.count)
  }

  private func accumulateTogether(
    _ batch: Batch, _ accumulator: Accumulator, _ across: any GlobalSum
  ) throws {
    lockstep.removeAll()
    for (place, shard) in batch.shards.enumerated() {
      let recorded = program(shard.rows)
      lockstep.add(
        recorded.program, prepare(recorded, place, shard, batch.step, accumulator, place))
    }
    try lockstep.run(across: across)
    for (place, shard) in batch.shards.enumerated() {
      report(program(shard.rows), place, shard, accumulator, place)
      accumulator.commit(at: place)
    }
  }

  private func program(_ rows: Int) -> RecordedProgram {
    if let recorded = programs[rows] { return recorded }
    let recorded = record(rows, .gradients)
    programs[rows] = recorded
    return recorded
  }

  private func record(_ rows: Int, _ goal: RecordedProgram.Goal) -> RecordedProgram {
    RecordedProgram(
      model.parameters, states, rows: rows, width: model.sampleWidth, goal: goal,
      { self.model.loss($0) })
  }

  private func prepare(
    _ recorded: RecordedProgram, _ number: Int, _ shard: Batch.Shard, _ step: Int,
    _ accumulator: Accumulator, _ place: Int
  ) -> Frame {
    let frame = start(recorded, number, shard, step)
    for (slice, sum) in recorded.sums.enumerated() {
      frame.bind(sum, to: accumulator.slice(slice, at: place))
    }
    return frame
  }

  private func start(
    _ recorded: RecordedProgram, _ number: Int, _ shard: Batch.Shard, _ step: Int
  ) -> Frame {
    let frame = recorded.bind(number, shard.samples, shard.labels)
    (frame.step, frame.seed, frame.ids) = (step, seed, UnsafePointer(shard.ids))
    return frame
  }

  private func report(
    _ recorded: RecordedProgram, _ number: Int, _ shard: Batch.Shard, _ accumulator: Accumulator,
    _ place: Int
  ) {
    let frame = recorded.frame(number)
    for (metric, variable) in recorded.results.enumerated() {
      let value = Double(frame.value(variable).pointer[0])
      accumulator.addMetric(metric, value, count: shard.rows, at: place)
    }
  }
}

extension TapeObjective: StandingStatistics {
  /// What batch norms leave of a shard; nothing unless evaluation reads standing statistics.
  public var standingWidth: Int { states.standingWidth }

  /// Runs the model forward as in training, and adds what batch norms leave.
  public func addStatistics(
    _ batch: Batch, to sums: inout [Double], across: any GlobalSum
  ) throws {
    lockstep.removeAll()
    let parts = batch.shards.enumerated().map { place, shard in
      let recorded = statistics[shard.rows] ?? record(shard.rows, .statistics)
      statistics[shard.rows] = recorded
      return (recorded: recorded, frame: start(recorded, place, shard, batch.step))
    }
    for part in parts { lockstep.add(part.recorded.program, part.frame) }
    try lockstep.run(across: across)
    for (place, part) in parts.enumerated() {
      var column = place * standingWidth
      for sum in part.recorded.sums {
        for value in part.frame.value(sum).buffer {
          sums[column] += Double(value)
          column += 1
        }
      }
    }
  }

  /// Makes the standing statistics.
  public func adoptStatistics(_ sums: [Double]) { states.stand(sums) }
}
