import Autograd
import Objectives
import Tensors

/// What a model that trains by back-propagation says of itself: its parameters, and its loss as a
/// function of samples, recorded on a tape.
public protocol TapeModel: AnyObject {
  /// What is trained.
  var parameters: ParameterSet { get }
  /// The number of values of a sample.
  var sampleWidth: Int { get }
  /// The names of the values that `loss` gives, the loss first.
  var metrics: [String] { get }

  /// Records the loss of samples.
  /// - Parameters:
  ///   - samples: [rows, width].
  ///   - parameters: the parameters, by name.
  /// - Returns: sums over the samples, each of shape [1], one a metric; the first is made small.
  func loss(_ samples: Variable, _ parameters: [String: Variable]) -> [Variable]
}

/// Gradients of a tape model's loss, shard by shard: one program for each number of rows, recorded
/// once, whose results are written straight to where the reducer reads them.
public final class TapeObjective: Objective {
  /// The model.
  public let model: any TapeModel
  /// One phase, whose slices are named like the parameters.
  public let phases: [Phase]
  private let seed: UInt64
  private var programs: [Int: LossProgram] = [:]

  /// The model's parameters.
  public var parameters: ParameterSet { model.parameters }
  /// The model's metrics, sums over samples.
  public var metrics: [String] { model.metrics }

  /// Trains a model.
  public init(_ model: any TapeModel, seed: UInt64) {
    self.model = model
    self.seed = seed
    phases = [Phase(name: "loss", sums: model.parameters.layout)]
  }

  /// The gradients of this rank's shards: one after the other, or in lockstep when the model sums over
  /// shards in the middle.
  public func accumulate(
    _ batch: Batch, phase: Int, into accumulator: Accumulator, across: any GlobalSum
  ) throws {
    let programs = batch.shards.map { program($0.rows) }
    if programs[0].program.sumsOverShards {
      let parts = zip(programs, batch.shards).enumerated().map { place, pair in
        (pair.0.program, pair.0.prepare(place, pair.1, batch.step, seed, accumulator, place))
      }
      try Program.run(parts, across: across)
      for (place, shard) in batch.shards.enumerated() {
        programs[place].report(place, shard, accumulator, place)
        accumulator.commit(at: place)
      }
    } else {
      for (place, shard) in batch.shards.enumerated() {
        let program = programs[place]
        // One frame is enough, and stays in the core's cache.
        program.program.run(program.prepare(0, shard, batch.step, seed, accumulator, place))
        program.report(0, shard, accumulator, place)
        accumulator.commit(at: place)
      }
    }
  }

  private func program(_ rows: Int) -> LossProgram {
    if let program = programs[rows] { return program }
    let program = LossProgram(model, rows: rows)
    programs[rows] = program
    return program
  }
}

/// The loss and its gradients for one number of rows, with a frame for every shard that is run together.
private final class LossProgram {
  let program: Program
  private let parameters: ParameterSet
  private let samples: Variable
  private let inputs: [Variable]
  private let metrics: [Variable]
  private let gradients: [Variable]
  private var frames: [Int: Frame] = [:]

  init(_ model: any TapeModel, rows: Int) {
    parameters = model.parameters
    let tape = Tape()
    let slices = parameters.layout.slices
    samples = tape.input([rows, model.sampleWidth])
    inputs = slices.map { tape.input($0.shape, isDifferentiable: true) }
    metrics = model.loss(
      samples, Dictionary(uniqueKeysWithValues: zip(slices.map(\.name), inputs)))
    gradients = Self.distinct(tape.gradients(of: metrics[0], for: inputs))
    program = Program(tape, results: metrics + gradients)
  }

  /// Results are written to places of their own, so none may stand for two.
  private static func distinct(_ variables: [Variable]) -> [Variable] {
    var seen: [Variable] = []
    return variables.map { variable in
      let copy = seen.contains { $0.isSame(as: variable) } || variable.isInput
      seen.append(variable)
      return copy ? variable.affine(1) : variable
    }
  }

  func prepare(
    _ number: Int, _ shard: Batch.Shard, _ step: Int, _ seed: UInt64, _ accumulator: Accumulator,
    _ place: Int
  ) -> Frame {
    let frame = frame(number)
    frame.bind(samples, to: shard.samples)
    for (slice, gradient) in gradients.enumerated() {
      frame.bind(gradient, to: accumulator.slice(slice, at: place))
    }
    (frame.step, frame.seed, frame.ids) = (step, seed, UnsafePointer(shard.ids))
    return frame
  }

  private func frame(_ number: Int) -> Frame {
    if let frame = frames[number] { return frame }
    let frame = program.makeFrame()
    for (slice, input) in zip(parameters.layout.slices, inputs) {
      frame.bind(input, to: parameters[slice.name])
    }
    frames[number] = frame
    return frame
  }

  func report(_ number: Int, _ shard: Batch.Shard, _ accumulator: Accumulator, _ place: Int) {
    for (metric, variable) in metrics.enumerated() {
      let value = frame(number).value(variable).pointer[0]
      accumulator.addMetric(metric, Double(value), count: shard.rows, at: place)
    }
  }
}
