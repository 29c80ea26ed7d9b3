import Autograd
import Foundation
import Layers
import Tensors
import Testing

/// What `Fixtures/layers.py` writes of a module.
struct LayerCase: Decodable {
  let x: [Int]
  let shape: [Int]
  let y: [Double]
  let dx: [Double]
  let dp: [[Double]]
  let states: [[Double]]

  static let all: [String: LayerCase] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/layers.json")
    return try! JSONDecoder().decode([String: LayerCase].self, from: Data(contentsOf: file))
  }()
}

/// Layers recorded on a tape with the fixtures' numbers in their parameters.
struct Recording {
  let tape = Tape()
  let x: Variable
  let parameters: [(name: String, shape: [Int], variable: Variable)]
  let context: LayerContext
  let y: Variable

  /// - Parameter loss: made of the result and the samples; the result itself unless given.
  init(
    _ stack: Sequential, _ shape: [Int], states: [String: Tensor]? = nil,
    loss: (Variable, Variable) -> Variable = { y, _ in y }
  ) {
    let tape = tape
    x = tape.input(shape, isDifferentiable: true)
    parameters = stack.parameters.map {
      ($0.name, $0.shape, tape.input($0.shape, isDifferentiable: true))
    }
    context = LayerContext(
      parameters: Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.variable) }),
      states: (states ?? [:]).mapValues { tape.constant($0) }, isTraining: states == nil)
    y = loss(stack.apply(x, context), x)
  }

  func run(_ results: [Variable], samples: Tensor? = nil) -> Program {
    let program = Program(tape, results: results)
    program.bind(x, to: samples ?? numbers(1, x.shape))
    for (place, parameter) in parameters.enumerated() {
      program.bind(parameter.variable, to: numbers(10 + place, parameter.shape))
    }
    program.run()
    return program
  }

  /// Compares the value and all gradients with PyTorch's.
  func check(_ name: String, samples: Tensor? = nil) throws {
    let expected = try #require(LayerCase.all[name])
    #expect(y.count == expected.y.count, "\(name)")
    let scalar = y.count > 1 ? (y * tape.constant(numbers(4, y.shape))).total : y
    let gradients = tape.gradients(of: scalar, for: [x] + parameters.map(\.variable))
    let program = run([y] + gradients, samples: samples)
    expectClose(program.value(y).elements, expected.y, name)
    if !expected.dx.isEmpty {
      expectClose(program.value(gradients[0]).elements, expected.dx, "\(name), samples")
    }
    #expect(parameters.count == expected.dp.count)
    for (place, (gradient, values)) in zip(gradients.dropFirst(), expected.dp).enumerated() {
      expectClose(
        program.value(gradient).elements, values, "\(name), \(parameters[place].name)")
    }
  }
}

/// The numbers of the fixtures' scripts.
func numbers(_ item: Int, _ shape: [Int]) -> Tensor {
  let count = shape.reduce(1, *)
  return Tensor(
    shape: shape,
    elements: (0..<count).map { Float(Double(($0 + 1) * (7919 + 2 * item) % 1009) / 1009 - 0.5) })
}

/// Values equal to 1e-5 of the largest.
func expectClose(_ values: [Float], _ expected: [Double], _ name: String) {
  #expect(values.count == expected.count, "\(name)")
  let scale = expected.reduce(1e-2) { max($0, abs($1)) }
  let error = zip(values, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
  #expect(error <= 1e-5 * scale, "\(name): off by \(error / scale)")
}
