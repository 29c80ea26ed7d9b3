import Autograd
import Layers
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
  /// What layers are recorded with. One for all of a recording, so that no two dropouts draw alike and
  /// every batch norm is known.
  public let layers: LayerContext
  /// Whether noise and dropout belong.
  public let isTraining: Bool
  /// What is bound when a frame is made.
  private(set) var bindings: [(Variable, Tensor)] = []

  init(
    _ parameters: ParameterSet, _ states: LayerStates, rows: Int, width: Int, isTraining: Bool
  ) {
    let tape = Tape()
    func inputs(_ set: ParameterSet, _ isDifferentiable: Bool) -> [String: Variable] {
      Dictionary(
        uniqueKeysWithValues: set.layout.slices.map {
          ($0.name, tape.input($0.shape, isDifferentiable: isDifferentiable))
        })
    }
    self.tape = tape
    self.isTraining = isTraining
    samples = tape.input([rows, width])
    labels = tape.input([rows])
    self.parameters = inputs(parameters, isTraining)
    let stateInputs = inputs(states.evaluation, false)
    layers = LayerContext(
      parameters: self.parameters, states: stateInputs, isTraining: isTraining,
      normalizesByGroup: isTraining || states.source == .batch,
      sum: isTraining ? { $0.sumOverShards } : { $0 })
    bind(self.parameters, parameters)
    bind(stateInputs, states.evaluation)
  }

  private func bind(_ inputs: [String: Variable], _ set: ParameterSet) {
    bindings += set.layout.slices.map { (inputs[$0.name]!, set[$0.name]) }
  }

  /// The number of samples.
  public var rows: Int { samples.shape[0] }

  /// Numbers that somebody changes between runs, such as a weight that is warmed up.
  public func live(_ tensor: Tensor) -> Variable {
    let variable = tape.input(tensor.shape)
    bindings.append((variable, tensor))
    return variable
  }

  /// What batch norms leave for their running statistics, by slices of a layout. What a layer leaves that
  /// is applied more than once adds up; of a layer that is not applied here it is zero.
  func statistics(_ layout: SliceLayout) -> [Variable] {
    layout.slices.map { slice in
      let left = layers.statistics.filter { $0.name == slice.name }.map(\.value)
      guard let first = left.first else { return tape.constant(0, shape: slice.shape) }
      return left.dropFirst().reduce(first, +)
    }
  }
}
