import Autograd
import Objectives
import Tensors

/// What a model that trains by back-propagation says of itself: its parameters, and its loss as a
/// function of samples, recorded on a tape.
public protocol TapeModel: AnyObject {
  /// What is trained.
  var parameters: ParameterSet { get }
  /// What layers keep beside their parameters, such as the running statistics of batch norm.
  var states: LayerStates { get }
  /// The number of values of a sample.
  var sampleWidth: Int { get }
  /// The names of the values that `loss` gives, the loss first.
  var metrics: [String] { get }

  /// Tells the epoch that starts; weights that follow a schedule change.
  func begin(epoch: Int)

  /// Whether the loss is another function of parameters and samples than in the epoch before.
  func lossChanges(inEpoch epoch: Int) -> Bool

  /// Records the loss. Layers are recorded with the recording's `layers`.
  /// - Returns: sums over the samples, each of shape [1], one a metric; the first is made small.
  func loss(_ recording: Recording) -> [Variable]
}

extension TapeModel {
  /// No layer keeps anything.
  public var states: LayerStates { LayerStates([]) }
  /// Nothing changes.
  public func begin(epoch: Int) {}
  /// It is one function.
  public func lossChanges(inEpoch epoch: Int) -> Bool { false }
}

/// A function of samples, recorded once for each number of rows, and run on one shard after the other.
public final class TapeFunction {
  private let parameters: ParameterSet
  private let states: LayerStates
  private let width: Int
  private let record: (Recording) -> [Variable]
  private var programs: [Int: RecordedProgram] = [:]

  /// A function of samples [rows, width] and parameters, without noise of training.
  public init(
    _ parameters: ParameterSet, states: LayerStates = LayerStates([]), width: Int,
    _ record: @escaping (Recording) -> [Variable]
  ) {
    self.parameters = parameters
    self.states = states
    self.width = width
    self.record = record
  }

  /// A function of samples [rows, width], and a model's parameters and states.
  public convenience init(
    _ model: any TapeModel, width: Int, _ record: @escaping (Recording) -> [Variable]
  ) {
    self.init(model.parameters, states: model.states, width: width, record)
  }

  /// The function's values of samples; valid until the next call with as many rows.
  /// - Parameters:
  ///   - ids: what the samples' random numbers are counted by.
  ///   - step: what tells the draws of several calls apart.
  public func callAsFunction(
    _ samples: Tensor, ids: UnsafePointer<UInt32>? = nil, labels: UnsafePointer<Int32>? = nil,
    step: Int = 0, seed: UInt64 = 0
  ) -> [Tensor] {
    let recorded = run(samples, ids, labels, step: step, seed: seed)
    let frame = recorded.frame(0)
    return recorded.results.map { frame.value($0) }
  }

  /// Writes the function's first value of samples, without noise, into memory that is there. Allocates
  /// nothing once it has seen as many rows.
  public func write(_ samples: Tensor, into result: Tensor) {
    let recorded = run(samples, nil, nil, step: 0, seed: 0)
    result.assign(recorded.frame(0).value(recorded.results[0]))
  }

  private func run(
    _ samples: Tensor, _ ids: UnsafePointer<UInt32>?, _ labels: UnsafePointer<Int32>?, step: Int,
    seed: UInt64
  ) -> RecordedProgram {
    let recorded = program(samples.shape[0])
    let frame = recorded.bind(0, samples, labels)
    (frame.step, frame.seed, frame.ids) = (step, seed, ids)
    recorded.program.run(frame)
    return recorded
  }

  private func program(_ rows: Int) -> RecordedProgram {
    if let recorded = programs[rows] { return recorded }
    let recorded = RecordedProgram(
      parameters, states, rows: rows, width: width, goal: .values, record)
    programs[rows] = recorded
    return recorded
  }
}
