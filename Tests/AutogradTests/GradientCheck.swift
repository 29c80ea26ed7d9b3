import Autograd
import Tensors
import Testing

/// Checks derivatives of a function of several values against differences, of first and second order.
///
/// The scalar is a weighted sum of the function's elements; derivatives are compared along a random
/// direction, where a difference of Float32 values is good to three digits.
struct GradientCheck {
  let shapes: [[Int]]
  let function: ([Variable]) -> Variable
  /// Moves the random inputs to where the function is smooth.
  var domain: (Float) -> Float = { $0 }
  var step: Float = 1e-2
  var tolerance = 4e-3

  func run() {
    checkFirst()
    checkSecond()
  }

  /// d/dx of Σ w · f(x).
  func checkFirst() { check("first order") { _, scalar in scalar } }

  /// d/dx of Σ u · ∇f(x): what gradient penalties and unrolled optimisers need.
  func checkSecond() {
    check("second order") { inputs, scalar in
      let gradients = scalar.tape.gradients(of: scalar, for: inputs)
      let weighted = gradients.enumerated().map { i, gradient in
        (gradient * gradient.tape.weights(gradient.shape, item: 70 + i)).total
      }
      return weighted.dropFirst().reduce(weighted[0], +)
    }
  }

  private func check(_ name: String, _ make: ([Variable], Variable) -> Variable) {
    let tape = Tape()
    let inputs = shapes.map { tape.input($0, isDifferentiable: true) }
    let value = function(inputs)
    let scalar = make(inputs, (value * tape.weights(value.shape, item: 50)).total)
    let gradients = tape.gradients(of: scalar, for: inputs)
    let program = Program(tape, results: [scalar] + gradients)
    let frame = program.makeFrame()
    let points = shapes.indices.map { random(shapes[$0], item: $0).map(domain) }
    let directions = shapes.indices.map { random(shapes[$0], item: 20 + $0) }

    func evaluate(_ distance: Float) -> Double {
      for (i, input) in inputs.enumerated() {
        let moved = zip(points[i], directions[i]).map { $0 + distance * $1 }
        frame.bind(input, to: Tensor(shape: shapes[i], elements: moved))
      }
      program.run(frame)
      return Double(frame.value(scalar).elements[0])
    }
    _ = evaluate(0)
    let exact = zip(gradients, directions).reduce(0.0) { sum, pair in
      sum + zip(frame.value(pair.0).elements, pair.1).reduce(0.0) { $0 + Double($1.0 * $1.1) }
    }
    // Four points: the error falls with the fourth power of the step.
    let h = step
    let near = (evaluate(h) - evaluate(-h)) / Double(2 * h)
    let far = (evaluate(2 * h) - evaluate(-2 * h)) / Double(4 * h)
    let difference = (4 * near - far) / 3
    let scale = max(1, abs(exact), abs(difference))
    #expect(abs(exact - difference) / scale < tolerance, "\(name): \(exact), not \(difference)")
  }
}

/// Normal numbers that a test can make again.
func random(_ shape: [Int], item: Int) -> [Float] {
  let tensor = Tensor(shape: shape)
  RandomStream(seed: 11, purpose: .sampling).normal(item: item, into: tensor.buffer)
  return tensor.elements
}

extension Tape {
  /// Fixed random weights: a constant made of an input that is bound by nobody would be zero.
  func weights(_ shape: [Int], item: Int) -> Variable {
    constant(Tensor(shape: shape, elements: random(shape, item: item)))
  }
}
