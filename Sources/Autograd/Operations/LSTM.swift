import CKernels
import Tensors

/// The sizes of a recurrence over [steps, rows, …].
struct RecurrentShape {
  let steps: Int
  let rows: Int
  let width: Int
  /// The numbers of a state.
  var area: Int { rows * width }

  /// From a state to so many gates.
  func forward(_ gates: Int) -> ProductSize {
    ProductSize(rows: rows, columns: gates * width, inner: width)
  }

  /// From so many gates to a state.
  func backward(_ gates: Int) -> ProductSize {
    ProductSize(rows: rows, columns: width, inner: gates * width)
  }

  /// From gates and states of all steps to weights.
  func weights(_ gates: Int) -> ProductSize {
    ProductSize(rows: gates * width, columns: width, inner: steps * rows)
  }
}

/// All steps of an LSTM. Inputs: what the input gives to the gates, [steps, rows, 4 width]; the weights
/// of the hidden state, [4 width, width]; h and c before the first step. A step of the value is
/// [6, rows, width]: four blocks that hold the gates [rows, 4 width] as they let through, then c and h.
private struct LSTM: Operation {
  static let blocks = 6
  let shape: RecurrentShape

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (input, weights) = (frame[inputs[0]].pointer, frame[inputs[1]].pointer)
    var h = UnsafePointer(frame[inputs[2]].pointer)
    var c = UnsafePointer(frame[inputs[3]].pointer)
    let (area, width) = (shape.area, shape.width)
    for step in 0..<shape.steps {
      let gates = frame[output].pointer + step * Self.blocks * area
      multiply(shape.forward(4), h, .none, weights, .transposed, into: gates)
      sdt_lstm_step(
        gates, input + step * 4 * area, c, gates + 4 * area, gates + 5 * area, shape.rows, width)
      (c, h) = (UnsafePointer(gates + 4 * area), UnsafePointer(gates + 5 * area))
    }
  }

  /// Only c and h are read by others, so only their cotangents count.
  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    let outer = cotangent.slice(axis: 1, 4..<6)
    let (steps, rows, width) = (shape.steps, shape.rows, shape.width)
    func record(_ result: LSTMGradient.Result, _ size: [Int]) -> Variable {
      let operation = LSTMGradient(shape: shape, result: result)
      return outer.tape.record(operation, inputs + [outer, output], shape: size)
    }
    let gates = record(.gates, [steps, rows, 4 * width])
    let before = output.statesBefore(block: 5, first: inputs[2], shape)
    let first = gates.slice(axis: 0, 0..<1)
    return [
      gates,
      gates.product(shape.weights(4), .transposed, before, .none, shape: [4 * width, width]),
      first.product(shape.backward(4), .none, inputs[1], .none, shape: [rows, width]),
      record(.cell, [rows, width]),
    ]
  }
}

extension Variable {
  /// The states before each step: the first, then those of a block of a recurrence,
  /// [steps, 1, rows, width].
  func statesBefore(block: Int, first: Variable, _ shape: RecurrentShape) -> Variable {
    let start = first.reshaped([1, 1, shape.rows, shape.width])
    guard shape.steps > 1 else { return start }
    let others = slice(axis: 1, block..<block + 1).slice(axis: 0, 0..<shape.steps - 1)
    return .concatenated([start, others], axis: 0)
  }
}

/// Back through all steps of an LSTM. Inputs: those of the LSTM, the cotangents of c and h
/// [steps, 2, rows, width], and the LSTM's value, which only saves work.
private struct LSTMGradient: Operation {
  enum Result { case gates, cell }
  let shape: RecurrentShape
  let result: Result
  private let dh: Tensor
  private let dc: Tensor
  private let gates: Tensor

  init(shape: RecurrentShape, result: Result) {
    (self.shape, self.result) = (shape, result)
    dh = Tensor(shape.rows, shape.width)
    dc = Tensor(shape.rows, shape.width)
    gates = result == .gates ? Tensor(0) : Tensor(shape.steps, shape.rows, 4 * shape.width)
  }

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (weights, outer) = (frame[inputs[1]].pointer, frame[inputs[4]].pointer)
    let (states, area, width) = (frame[inputs[5]].pointer, shape.area, shape.width)
    let out = result == .gates ? frame[output].pointer : gates.pointer
    dc.fill(0)
    dh.fill(0)
    for step in stride(from: shape.steps - 1, through: 0, by: -1) {
      let own = states + step * LSTM.blocks * area
      let before = step > 0 ? own - 2 * area : frame[inputs[3]].pointer
      sdt_lstm_back(
        out + step * 4 * area, own, before, own + 4 * area, outer + 2 * step * area,
        outer + (2 * step + 1) * area, dh.pointer, dc.pointer, shape.rows, width)
      guard step > 0 else { break }
      multiply(shape.backward(4), out + step * 4 * area, .none, weights, .none, into: dh.pointer)
    }
    if result == .cell { frame[output].assign(dc) }
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    let (shape, place) = (shape, result == .gates ? 0 : 3)
    let back = { (values: [Variable]) in
      cotangents(of: { unrolledLSTM($0, shape) }, at: Array(values[0..<4]), values[4])[place]
    }
    return cotangents(of: back, at: Array(inputs[0..<5]), cotangent) + [nil]
  }
}

/// The LSTM in elementary operations: c and h of each step, [steps, 2, rows, width].
private func unrolledLSTM(_ inputs: [Variable], _ shape: RecurrentShape) -> Variable {
  let (rows, width) = (shape.rows, shape.width)
  var (h, c) = (inputs[2], inputs[3])
  var states: [Variable] = []
  for step in 0..<shape.steps {
    let input = inputs[0].slice(axis: 0, step..<step + 1).reshaped([rows, 4 * width])
    let sums = input + h.product(.none, inputs[1], .transposed)
    let gates = (0..<4).map { sums.slice(axis: 1, $0 * width..<($0 + 1) * width) }
    c = gates[1].sigmoid * c + gates[0].sigmoid * gates[2].hyperbolicTangent
    h = gates[3].sigmoid * c.hyperbolicTangent
    states += [c, h]
  }
  return Variable.concatenated(states, axis: 0).reshaped([shape.steps, 2, rows, width])
}

extension Variable {
  /// The states of an LSTM (Hochreiter and Schmidhuber, 1997; with forget gates), PyTorch's equations
  /// and order of gates (i, f, g, o). This value is what the input gives to the gates,
  /// [steps, rows, 4 width]; a cell is a sequence of one step.
  /// - Parameters:
  ///   - weights: of the hidden state, [4 width, width].
  ///   - hidden: h before the first step, [rows, width].
  ///   - cell: c before the first step, [rows, width].
  /// - Returns: h and c after each step, [steps, rows, width].
  public func lstm(
    _ weights: Variable, hidden: Variable, cell: Variable
  ) -> (hidden: Variable, cell: Variable) {
    let shape = RecurrentShape(steps: self.shape[0], rows: self.shape[1], width: weights.shape[1])
    let size = [shape.steps, shape.rows, shape.width]
    let states = tape.record(
      LSTM(shape: shape), [self, weights, hidden, cell],
      shape: [shape.steps, LSTM.blocks, shape.rows, shape.width])
    return (
      states.slice(axis: 1, 5..<6).reshaped(size), states.slice(axis: 1, 4..<5).reshaped(size)
    )
  }
}
