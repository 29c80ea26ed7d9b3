import Autograd

/// What a recurrent layer gives.
public enum RecurrentOutput: Sendable, Equatable {
  /// The state after every step, [length, hidden].
  case sequence
  /// The state after the last step, [hidden].
  case last
}

/// An LSTM or GRU over samples [length, inputs], from states of zero. PyTorch's parameters, equations
/// and order of gates.
public struct Recurrent: Layer {
  /// The kind of cell.
  public enum Kind: Sendable, Equatable {
    /// Long short-term memory: gates i, f, g, o.
    case lstm
    /// Gated recurrent unit: gates r, z, n.
    case gru
    var gates: Int { self == .lstm ? 4 : 3 }
  }

  /// The name in the model.
  public let name: String
  /// The kind of cell.
  public let kind: Kind
  /// The size of a step of a sample.
  public let inputs: Int
  /// The size of the state.
  public let hidden: Int
  /// What is given.
  public let output: RecurrentOutput
  private let initializer: Initializer?

  /// A recurrent layer; parameters are uniform within 1 / √hidden unless an initializer is given.
  public init(
    name: String, kind: Kind, inputs: Int, hidden: Int, output: RecurrentOutput = .sequence,
    initializer: Initializer? = nil
  ) {
    (self.name, self.kind, self.inputs, self.hidden) = (name, kind, inputs, hidden)
    (self.output, self.initializer) = (output, initializer)
  }

  /// `input_weights` [gates · hidden, inputs], `hidden_weights` [gates · hidden, hidden], and biases.
  public var parameters: [LayerParameter] {
    let size = kind.gates * hidden
    let start = Initializer.uniform(bound: 1 / Float(max(hidden, 1)).squareRoot())
    return [
      LayerParameter("input_weights", [size, inputs], initializer ?? start),
      LayerParameter("hidden_weights", [size, hidden], initializer ?? start),
      LayerParameter("input_bias", [size], start), LayerParameter("hidden_bias", [size], start),
    ]
  }

  /// The shape of a sample of the result.
  public func outputShape(_ input: [Int]) throws -> [Int] {
    try require(input, [nil, inputs])
    guard input[0] > 0 else {
      throw LayerError(layer: name, expected: "at least one step", found: "\(input)")
    }
    return output == .sequence ? [input[0], hidden] : [hidden]
  }

  /// Records the layer.
  public func apply(_ x: Variable, _ context: LayerContext) -> Variable {
    let (rows, steps) = (x.shape[0], x.shape[1])
    let zero = x.tape.constant(0, shape: [rows, hidden])
    // One product for all steps; steps come first from here on.
    let states = step(x.permuted([1, 0, 2]), (zero, zero), context).all
    guard output == .sequence else {
      return states.slice(axis: 0, steps - 1..<steps).reshaped([rows, hidden])
    }
    return states.permuted([1, 0, 2])
  }

  /// A state: h, and for an LSTM c, [rows, hidden] each.
  public typealias State = (hidden: Variable, cell: Variable)

  /// Steps from a state on: one step is a cell, as a sampler needs it.
  /// - Parameters:
  ///   - x: [steps, rows, inputs].
  ///   - state: before the first step; a GRU leaves `cell` alone.
  /// - Returns: h after every step, [steps, rows, hidden], and the state after the last.
  public func step(
    _ x: Variable, _ state: State, _ context: LayerContext
  ) -> (all: Variable, last: State) {
    let (steps, rows) = (x.shape[0], x.shape[1])
    let weights = context.parameter(self, "hidden_weights")
    let (own, other) = (
      context.parameter(self, "input_bias"), context.parameter(self, "hidden_bias")
    )
    let gates = x.dense(
      context.parameter(self, "input_weights"), kind == .lstm ? own + other : own)
    func last(_ all: Variable) -> Variable {
      all.slice(axis: 0, steps - 1..<steps).reshaped([rows, hidden])
    }
    switch kind {
    case .lstm:
      let all = gates.lstm(weights, hidden: state.hidden, cell: state.cell)
      return (all.hidden, (last(all.hidden), last(all.cell)))
    case .gru:
      let all = gates.gru(weights, other, hidden: state.hidden)
      return (all, (last(all), state.cell))
    }
  }
}
