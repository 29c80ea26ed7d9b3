import Tensors

/// Runs programs of this rank's shards in lockstep: from sum to sum over shards, all shards up to one,
/// then the sum. Its buffers stay from run to run, so that a run allocates nothing.
///
/// All programs were recorded in the same way, for perhaps different numbers of rows, so they sum at
/// the same places.
public final class Lockstep {
  private var parts: [(program: Program, frame: Frame)] = []
  private var values: [Double] = []
  private var total: [Double] = []

  /// Nothing to run.
  public init() {}

  /// Forgets the programs of the run before.
  public func removeAll() { parts.removeAll(keepingCapacity: true) }

  /// Adds the next shard of this rank: its program, and the frame to run it on.
  public func add(_ program: Program, _ frame: Frame) { parts.append((program, frame)) }

  /// Runs all. Every rank calls this together.
  public func run(across: any GlobalSum) throws {
    for segment in parts[0].program.segments.indices {
      for (program, frame) in parts { program.run(segment: segment, frame) }
      guard segment < parts[0].program.sums.count else { continue }
      try sum(segment, across)
    }
  }

  private func sum(_ number: Int, _ across: any GlobalSum) throws {
    let width = parts[0].frame[parts[0].program.sums[number].inputs[0]].count
    values.removeAll(keepingCapacity: true)
    for (program, frame) in parts {
      for value in frame[program.sums[number].inputs[0]].buffer { values.append(Double(value)) }
    }
    while total.count < width { total.append(0) }
    try across.sum(values, width: width, into: &total)
    for (program, frame) in parts {
      let target = frame[program.sums[number].output].pointer
      for i in 0..<width { target[i] = Float(total[i]) }
    }
  }
}
