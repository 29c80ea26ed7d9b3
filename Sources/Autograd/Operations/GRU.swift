import CKernels
import Tensors

/// All steps of a GRU. Inputs: what the input gives to the gates, [steps, rows, 3 width]; weights
/// [3 width, width] and bias [3 width] of the hidden state; h before the first step. A step of the
/// value is [5, rows, width]: three blocks that hold the gates [rows, 3 width] as they let through,
/// what the hidden state gives to the gate n, and h.
private struct GRU: Operation {
  static let blocks = 5
  let shape: RecurrentShape
  private let products: Tensor

  init(shape: RecurrentShape) {
    self.shape = shape
    products = Tensor(shape.rows, 3 * shape.width)
  }

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (input, weights) = (frame[inputs[0]].pointer, frame[inputs[1]].pointer)
    let bias = frame[inputs[2]].pointer
    var h = UnsafePointer(frame[inputs[3]].pointer)
    let (rows, area, width) = (shape.rows, shape.area, shape.width)
    for step in 0..<shape.steps {
      let gates = frame[output].pointer + step * Self.blocks * area
      gates.update(from: input + step * 3 * area, count: 3 * area)
      multiply(shape.forward(3), h, .none, weights, .transposed, into: products.pointer)
      sdt_shift_middle(products.pointer, products.pointer, bias, rows, 3 * width, 1)
      sdt_gru_step(
        gates, products.pointer, h, gates + 3 * area, gates + 4 * area, rows, width)
      h = UnsafePointer(gates + 4 * area)
    }
  }

  /// Only h is read by others, so only its cotangent counts.
  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    let outer = cotangent.slice(axis: 1, 4..<5)
    let (steps, rows, width) = (shape.steps, shape.rows, shape.width)
    func record(_ result: GRUGradient.Result, _ size: [Int]) -> Variable {
      let operation = GRUGradient(shape: shape, result: result)
      return outer.tape.record(operation, inputs + [outer, output], shape: size)
    }
    let gates = record(.gates, [steps, 4, rows, width])
    let hidden = gates.slice(axis: 1, 0..<3).reshaped([steps * rows, 3 * width])
    let last = gates.slice(axis: 1, 3..<4).reshaped([steps * rows, width])
    let input = Variable.concatenated([hidden.slice(axis: 1, 0..<2 * width), last], axis: 1)
    let before = output.statesBefore(block: 4, first: inputs[3], shape)
    return [
      input.reshaped([steps, rows, 3 * width]),
      hidden.product(shape.weights(3), .transposed, before, .none, shape: [3 * width, width]),
      hidden.sum(to: [1, 3 * width]).reshaped([3 * width]), record(.state, [rows, width]),
    ]
  }
}

/// Back through all steps of a GRU. Inputs: those of the GRU, the cotangents of h
/// [steps, 1, rows, width], and the GRU's value, which only saves work.
private struct GRUGradient: Operation {
  enum Result {
    /// [steps, 4, rows, width]: three blocks that hold the cotangent of what the hidden state gives to
    /// the gates, [rows, 3 width], and that of the gate n.
    case gates
    /// The cotangent of h before the first step.
    case state
  }

  let shape: RecurrentShape
  let result: Result
  private let dh: Tensor
  private let gates: Tensor

  init(shape: RecurrentShape, result: Result) {
    (self.shape, self.result) = (shape, result)
    dh = Tensor(shape.rows, shape.width)
    gates = result == .gates ? Tensor(0) : Tensor(shape.steps, 4, shape.rows, shape.width)
  }

  func evaluate(_ frame: Frame, inputs: [Int], output: Int) {
    let (weights, outer) = (frame[inputs[1]].pointer, frame[inputs[4]].pointer)
    let (states, area, width) = (frame[inputs[5]].pointer, shape.area, shape.width)
    let out = result == .gates ? frame[output].pointer : gates.pointer
    dh.fill(0)
    for step in stride(from: shape.steps - 1, through: 0, by: -1) {
      let own = states + step * GRU.blocks * area
      let before = step > 0 ? own - area : frame[inputs[3]].pointer
      let to = out + step * 4 * area
      sdt_add(dh.pointer, outer + step * area, area)
      sdt_gru_back(
        to, to + 3 * area, own, own + 3 * area, before, dh.pointer, shape.rows, width)
      multiply(shape.backward(3), to, .none, weights, .none, into: dh.pointer, beta: 1)
    }
    if result == .state { frame[output].assign(dh) }
  }

  func pullback(inputs: [Variable], output: Variable, cotangent: Variable) -> [Variable?] {
    let (shape, result) = (shape, result)
    let back = { (values: [Variable]) in
      let flowing = unrolledGRUGradient(Array(values[0..<4]), values[4], shape)
      return result == .gates ? flowing.gates : flowing.state
    }
    return cotangents(of: back, at: Array(inputs[0..<5]), cotangent) + [nil]
  }
}

/// The GRU in elementary operations: h of each step, [steps, 1, rows, width]. What the hidden state
/// gives to the gates gets `offsets` [steps, rows, 3 width] added, which are zero: their cotangents are
/// those of the products.
private func unrolledGRU(
  _ inputs: [Variable], offsets: Variable, _ shape: RecurrentShape
) -> Variable {
  let (rows, width) = (shape.rows, shape.width)
  var h = inputs[3]
  var states: [Variable] = []
  for step in 0..<shape.steps {
    func now(_ value: Variable) -> Variable {
      value.slice(axis: 0, step..<step + 1).reshaped([rows, 3 * width])
    }
    let (input, offset) = (now(inputs[0]), now(offsets))
    let hidden = h.product(.none, inputs[1], .transposed) + inputs[2] + offset
    func gate(_ value: Variable, _ k: Int) -> Variable {
      value.slice(axis: 1, k * width..<(k + 1) * width)
    }
    let r = (gate(input, 0) + gate(hidden, 0)).sigmoid
    let z = (gate(input, 1) + gate(hidden, 1)).sigmoid
    let n = (gate(input, 2) + r * gate(hidden, 2)).hyperbolicTangent
    h = n + z * (h - n)
    states.append(h)
  }
  return Variable.concatenated(states, axis: 0).reshaped([shape.steps, 1, rows, width])
}

private func unrolledGRUGradient(
  _ inputs: [Variable], _ outer: Variable, _ shape: RecurrentShape
) -> (gates: Variable, state: Variable) {
  let (steps, rows, width) = (shape.steps, shape.rows, shape.width)
  let zeros = outer.tape.constant(0, shape: [steps, rows, 3 * width])
  let flowing = cotangents(
    of: { unrolledGRU(Array($0[0..<4]), offsets: $0[4], shape) }, at: inputs + [zeros], outer)
  let last = flowing[0].slice(axis: 2, 2 * width..<3 * width)
  let gates = Variable.concatenated(
    [flowing[4].reshaped([steps, 3, rows, width]), last.reshaped([steps, 1, rows, width])], axis: 1)
  return (gates, flowing[3])
}

extension Variable {
  /// The states of a GRU (Cho et al., 2014), PyTorch's equations and order of gates (r, z, n). This
  /// value is what the input gives to the gates, [steps, rows, 3 width].
  /// - Parameters:
  ///   - weights: of the hidden state, [3 width, width].
  ///   - bias: of the hidden state, [3 width].
  ///   - hidden: h before the first step, [rows, width].
  /// - Returns: h after each step, [steps, rows, width].
  public func gru(_ weights: Variable, _ bias: Variable, hidden: Variable) -> Variable {
    let shape = RecurrentShape(steps: self.shape[0], rows: self.shape[1], width: weights.shape[1])
    let states = tape.record(
      GRU(shape: shape), [self, weights, bias, hidden],
      shape: [shape.steps, GRU.blocks, shape.rows, shape.width])
    return states.slice(axis: 1, 4..<5).reshaped([shape.steps, shape.rows, shape.width])
  }
}
