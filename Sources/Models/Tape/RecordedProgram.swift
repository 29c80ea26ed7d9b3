import Autograd
import Tensors

/// A recorded function, or loss with its gradients, for one number of rows, with a frame for every shard
/// that is run together.
final class RecordedProgram {
  /// What is computed.
  enum Goal {
    /// The function's values, as in evaluation.
    case values
    /// The values, the gradients of the first, and the sums for running statistics.
    case gradients
    /// The sums for running statistics alone.
    case statistics
  }

  let program: Program
  /// What the function gave.
  let results: [Variable]
  /// The derivatives of the first result by the parameters, in their order, and the sums that batch norms
  /// leave, in theirs: what the goal asks for.
  let sums: [Variable]
  private let recording: Recording
  private var frames: [Int: (frame: Frame, labels: Tensor)] = [:]

  init(
    _ parameters: ParameterSet, _ states: LayerStates, rows: Int, width: Int, goal: Goal,
    _ record: (Recording) -> [Variable]
  ) {
    recording = Recording(
      parameters, states, rows: rows, width: width, isTraining: goal != .values)
    let values = record(recording)
    results = goal == .statistics ? [] : values
    var sums: [Variable] = []
    if goal == .gradients {
      let inputs = parameters.layout.slices.map { [recording] in recording.parameters[$0.name]! }
      sums = recording.tape.gradients(of: values[0], for: inputs)
    }
    if goal != .values { sums += recording.statistics(states.statistics) }
    self.sums = Self.distinct(sums)
    program = Program(recording.tape, results: results + self.sums)
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

  /// The frame of a number: memory of its own, so that several shards can be run together.
  func frame(_ number: Int) -> Frame { place(number).frame }

  private func place(_ number: Int) -> (frame: Frame, labels: Tensor) {
    if let place = frames[number] { return place }
    let place = (frame: program.makeFrame(), labels: Tensor(recording.rows))
    for (variable, tensor) in recording.bindings { place.frame.bind(variable, to: tensor) }
    place.frame.bind(recording.labels, to: place.labels)
    frames[number] = place
    return place
  }

  /// Puts samples and labels into a frame.
  func bind(_ number: Int, _ samples: Tensor, _ labels: UnsafePointer<Int32>?) -> Frame {
    let place = place(number)
    place.frame.bind(recording.samples, to: samples)
    for row in 0..<place.labels.count { place.labels.pointer[row] = Float(labels?[row] ?? -1) }
    return place.frame
  }
}
