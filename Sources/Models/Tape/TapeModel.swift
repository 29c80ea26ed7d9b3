import Autograd
import Objectives
import Tensors

/// What a function of samples is recorded from.
public final class Recording {
  /// The tape.
  public let tape: Tape
  /// [rows, width].
  public let samples: Variable
  /// The samples' labels as numbers, [rows]; −1 without labels.
  public let labels: Variable
  /// The parameters, by name.
  public let parameters: [String: Variable]
  /// Whether noise and dropout belong.
  public let isTraining: Bool
  fileprivate var live: [(Variable, Tensor)] = []

  fileprivate init(_ parameters: ParameterSet, rows: Int, width: Int, isTraining: Bool) {
    let tape = Tape()
    self.tape = tape
    self.isTraining = isTraining
    samples = tape.input([rows, width])
    labels = tape.input([rows])
    let slices = parameters.layout.slices
    self.parameters = Dictionary(
      uniqueKeysWithValues: slices.map {
        ($0.name, tape.input($0.shape, isDifferentiable: isTraining))
      })
  }

  /// The number of samples.
  public var rows: Int { samples.shape[0] }

  /// Numbers that somebody changes between runs, such as a weight that is warmed up.
  public func live(_ tensor: Tensor) -> Variable {
    let variable = tape.input(tensor.shape)
    live.append((variable, tensor))
    return variable
  }
}

/// What a model that trains by back-propagation says of itself: its parameters, and its loss as a
/// function of samples, recorded on a tape.
public protocol TapeModel: AnyObject {
  /// What is trained.
  var parameters: ParameterSet { get }
  /// The number of values of a sample.
  var sampleWidth: Int { get }
  /// The names of the values that `loss` gives, the loss first.
  var metrics: [String] { get }

  /// Tells the epoch that starts; weights that follow a schedule change.
  func begin(epoch: Int)

  /// Whether the loss is another function of parameters and samples than in the epoch before.
  func lossChanges(inEpoch epoch: Int) -> Bool

  /// Records the loss.
  /// - Returns: sums over the samples, each of shape [1], one a metric; the first is made small.
  func loss(_ recording: Recording) -> [Variable]
}

extension TapeModel {
  /// Nothing changes.
  public func begin(epoch: Int) {}
  /// It is one function.
  public func lossChanges(inEpoch epoch: Int) -> Bool { false }
}

/// A function of samples, recorded once for each number of rows, and run on one shard after the other.
public final class TapeFunction {
  private let parameters: ParameterSet
  private let width: Int
  private let record: (Recording) -> [Variable]
  private var programs: [Int: RecordedProgram] = [:]

  /// A function of samples [rows, width] and parameters, without noise of training.
  public init(
    _ parameters: ParameterSet, width: Int, _ record: @escaping (Recording) -> [Variable]
  ) {
    self.parameters = parameters
    self.width = width
    self.record = record
  }

  /// The function's values of samples; valid until the next call with as many rows.
  /// - Parameters:
  ///   - ids: what the samples' random numbers are counted by.
  ///   - step: what tells the draws of several calls apart.
  public func callAsFunction(
    _ samples: Tensor, ids: UnsafePointer<UInt32>? = nil, labels: UnsafePointer<Int32>? = nil,
    step: Int = 0, seed: UInt64 = 0
  ) -> [Tensor] {
    let rows = samples.shape[0]
    let recorded =
      programs[rows]
      ?? RecordedProgram(parameters, rows: rows, width: width, isTraining: false, record)
    programs[rows] = recorded
    let frame = recorded.frame(0)
    recorded.bind(frame, samples, labels)
    (frame.step, frame.seed, frame.ids) = (step, seed, ids)
    recorded.program.run(frame)
    return recorded.results.map { frame.value($0) }
  }
}

/// A recorded function, or loss with its gradients, for one number of rows, with a frame for every shard
/// that is run together.
final class RecordedProgram {
  let program: Program
  /// What the function gave.
  let results: [Variable]
  /// The derivatives of the first result by the parameters, in their order; none without training.
  let gradients: [Variable]
  private let recording: Recording
  private let parameters: ParameterSet
  private let labels: Tensor
  private var frames: [Int: Frame] = [:]

  init(
    _ parameters: ParameterSet, rows: Int, width: Int, isTraining: Bool,
    _ record: (Recording) -> [Variable]
  ) {
    self.parameters = parameters
    recording = Recording(parameters, rows: rows, width: width, isTraining: isTraining)
    results = record(recording)
    labels = Tensor(rows)
    let inputs = parameters.layout.slices.map { [recording] in recording.parameters[$0.name]! }
    gradients =
      isTraining
      ? Self.distinct(recording.tape.gradients(of: results[0], for: inputs)) : []
    program = Program(recording.tape, results: results + gradients)
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

  func frame(_ number: Int) -> Frame {
    if let frame = frames[number] { return frame }
    let frame = program.makeFrame()
    for slice in parameters.layout.slices {
      frame.bind(recording.parameters[slice.name]!, to: parameters[slice.name])
    }
    for (variable, tensor) in recording.live { frame.bind(variable, to: tensor) }
    frames[number] = frame
    return frame
  }

  func bind(_ frame: Frame, _ samples: Tensor, _ labels: UnsafePointer<Int32>?) {
    frame.bind(recording.samples, to: samples)
    guard let labels else { return }
    for row in 0..<self.labels.count { self.labels.pointer[row] = Float(labels[row]) }
    frame.bind(recording.labels, to: self.labels)
  }
}
