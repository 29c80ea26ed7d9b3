import Autograd
import Layers
import Tensors
import TestSupport
import Testing

/// What `Fixtures/layers.py` writes of a module.
struct LayerCase: Decodable {
  let x: [Int]
  let shape: [Int]
  let y: [Double]
  let dx: [Double]
  let dp: [[Double]]
  let states: [[Double]]

  static let all: [String: LayerCase] = try! fixture("Fixtures/layers.json")
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
