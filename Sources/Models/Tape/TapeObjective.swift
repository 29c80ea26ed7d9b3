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

  /// The gradients of this rank's shards, one after the other.
  public func accumulate(
    _ batch: Batch, phase: Int, into accumulator: Accumulator, across: any GlobalSum
  ) {
    for (place, shard) in batch.shards.enumerated() {
      if shard.rows > 0 {
        program(shard.rows).run(shard, step: batch.step, seed: seed, accumulator, place)
      } else {
        for slice in phases[0].sums.slices.indices { accumulator.slice(slice, at: place).fill(0) }
      }
      accumulator.commit(at: place)
    }
  }

  private func program(_ rows: Int) -> LossProgram {
    if let program = programs[rows] { return program }
    let program = LossProgram(model, rows: rows)
    programs[rows] = program
    return program
  }
}

/// The loss and its gradients for one number of rows.
private final class LossProgram {
  private let program: Program
  private let samples: Variable
  private let metrics: [Variable]
  private let gradients: [Variable]

  init(_ model: any TapeModel, rows: Int) {
    let tape = Tape()
    let slices = model.parameters.layout.slices
    samples = tape.input([rows, model.sampleWidth])
    let parameters = slices.map { tape.input($0.shape, isDifferentiable: true) }
    let byName = Dictionary(uniqueKeysWithValues: zip(slices.map(\.name), parameters))
    metrics = model.loss(samples, byName)
    // Results are written to places of their own, so none may stand for two.
    gradients = tape.gradients(of: metrics[0], for: parameters).map { $0.affine(1) }
    program = Program(tape, results: metrics + gradients)
    for (slice, parameter) in zip(slices, parameters) {
      program.bind(parameter, to: model.parameters[slice.name])
    }
  }

  func run(
    _ shard: Batch.Shard, step: Int, seed: UInt64, _ accumulator: Accumulator, _ place: Int
  ) {
    program.bind(samples, to: shard.samples)
    for (slice, gradient) in gradients.enumerated() {
      program.bind(gradient, to: accumulator.slice(slice, at: place))
    }
    program.run(step: step, seed: seed, ids: shard.ids)
    for (metric, value) in metrics.enumerated() {
      accumulator.addMetric(
        metric, Double(program.value(value).pointer[0]), count: shard.rows, at: place)
    }
  }
}
