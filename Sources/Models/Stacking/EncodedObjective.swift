import Objectives
import Tensors
import Timeline

/// Any objective, trained on what a fixed function makes of the samples: a stage of a curriculum that
/// learns from the codes of the stages before.
///
/// Each shard's samples are mapped into a batch of its own, with the same global indices and labels, so
/// that random numbers are counted as they would be without the map.
public final class EncodedObjective: Objective {
  /// What is trained.
  public let base: any Objective
  private let map: SampleMap
  private var codes: Batch?

  /// Trains on codes.
  public init(_ base: any Objective, on map: SampleMap) {
    (self.base, self.map) = (base, map)
  }

  /// Trains on codes where there is a map, else on samples.
  public static func wrapping(
    _ base: any Objective, on map: SampleMap?
  ) -> any Objective {
    map.map { EncodedObjective(base, on: $0) } ?? base
  }

  /// The trained objective's.
  public var parameters: ParameterSet { base.parameters }
  /// The trained objective's.
  public var phases: [Phase] { base.phases }
  /// The trained objective's.
  public var metrics: [String] { base.metrics }
  /// The trained objective's.
  public var loss: Int? { base.loss }
  /// The trained objective's.
  public var state: [ShardedState] { base.state }
  /// The trained objective's.
  public var replicatedState: [ReplicatedState] { base.replicatedState }
  /// Those of the trained objective.
  public func plannedBytes(shards: Int, rows: Int) -> Int? {
    base.plannedBytes(shards: shards, rows: rows)
  }
  /// Tells the trained objective.
  public func begin(epoch: Int) { base.begin(epoch: epoch) }
  /// The trained objective's.
  public func lossChanges(inEpoch epoch: Int) -> Bool { base.lossChanges(inEpoch: epoch) }
  /// Tells the trained objective.
  public func update(phase: Int, sums: Tensor, count: Int) {
    base.update(phase: phase, sums: sums, count: count)
  }

  /// The trained objective's sums over codes. A step of several phases encodes once.
  public func accumulate(
    _ batch: Batch, phase: Int, into accumulator: Accumulator, across: any GlobalSum
  ) throws {
    let codes = self.codes ?? Batch(roomFor: batch, width: map.width)
    self.codes = codes
    if phase == 0 { Detail.during("codes of earlier stages") { codes.fill(from: batch, map) } }
    try base.accumulate(codes, phase: phase, into: accumulator, across: across)
  }
}

extension Batch {
  /// Room for codes of as many samples as a batch can hold.
  convenience init(roomFor batch: Batch, width: Int) {
    let shards = batch.shards
    let first = shards.first?.index ?? 0
    self.init(shards: first..<first + shards.count, width: width) {
      shards[$0 - first].room.shape[0]
    }
  }

  /// Takes the codes of a batch's samples, and all that is known of these.
  func fill(from batch: Batch, _ map: SampleMap) {
    (step, epoch, globalCount) = (batch.step, batch.epoch, batch.globalCount)
    for (place, shard) in batch.shards.enumerated() {
      fill(place, from: shard, map, drawsAt: batch.step)
    }
  }

  /// Takes the codes of a shard's samples.
  /// - Parameter drawsAt: the step that draws are counted by; nil takes means.
  func fill(_ place: Int, from shard: Shard, _ map: SampleMap, drawsAt: Int? = nil) {
    setRows(shard.rows, at: place)
    let own = shards[place]
    own.ids.update(from: shard.ids, count: shard.rows)
    own.labels.update(from: shard.labels, count: shard.rows)
    map.apply(
      shard.samples, own.samples, draws: drawsAt.map { SampleMap.Draws(step: $0, ids: shard.ids) })
  }
}
