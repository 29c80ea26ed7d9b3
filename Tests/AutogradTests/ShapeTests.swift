import Autograd
import Tensors
import Testing

@Suite("Shapes")
struct ShapeTests {
  @Test(
    "axes in another order",
    arguments: [[0, 1, 2], [1, 0, 2], [2, 0, 1], [2, 1, 0], [0, 2, 1]])
  func permutations(axes: [Int]) {
    let shape = [5, 6, 7]
    let values = (0..<210).map(Float.init)
    let result = evaluate([(shape, values)]) { $0[0].permuted(axes) }
    let steps = [42, 7, 1]
    var expected: [Float] = []
    for i in 0..<shape[axes[0]] {
      for j in 0..<shape[axes[1]] {
        for k in 0..<shape[axes[2]] {
          expected.append(Float(i * steps[axes[0]] + j * steps[axes[1]] + k * steps[axes[2]]))
        }
      }
    }
    #expect(result == expected)
    GradientCheck(shapes: [[2, 3, 4]], function: { $0[0].permuted(axes).squared }).run()
  }

  @Test("concatenation, slices and padding")
  func joining() {
    let (a, b): (([Int], [Float]), ([Int], [Float])) = (
      ([2, 2], [1, 2, 3, 4]), ([2, 1], [5, 6])
    )
    #expect(evaluate([a, b]) { .concatenated($0, axis: 1) } == [1, 2, 5, 3, 4, 6])
    #expect(evaluate([a]) { $0[0].slice(axis: 1, 1..<2) } == [2, 4])
    #expect(evaluate([a]) { $0[0].padded(axis: 0, before: 1, after: 0) } == [0, 0, 1, 2, 3, 4])
    for axis in 0..<3 {
      var other = [2, 3, 4]
      other[axis] = 2
      GradientCheck(
        shapes: [[2, 3, 4], other], function: { .concatenated($0, axis: axis).squared }
      ).run()
      GradientCheck(shapes: [[3, 3, 4]], function: { $0[0].slice(axis: axis, 1..<3).squared }).run()
      GradientCheck(
        shapes: [[2, 3, 4]],
        function: { $0[0].padded(axis: axis, before: 2, after: 1).exponential }
      ).run()
    }
  }

  @Test("many slices have one gradient")
  func slices() {
    GradientCheck(shapes: [[4, 5, 2]]) { values in
      let parts = (0..<5).map { values[0].slice(axis: 1, $0..<$0 + 1) }
      let products = zip(parts, parts.dropFirst()).map { ($0 * $1).exponential }
      return products.dropFirst().reduce(products[0]) { $0 * $1 } + parts[2]
    }.run()
    let tape = Tape()
    let x = tape.input([6, 100], isDifferentiable: true)
    let sum = (0..<6).map { x.slice(axis: 0, $0..<$0 + 1).squared.total }.reduce(x.total, +)
    let program = Program(tape, results: tape.gradients(of: sum, for: [x]))
    #expect(program.bytes < 6 * 100 * 4 * 5)
  }

  @Test("rows by number, added back in order, and one-hot labels")
  func indexing() {
    let table: ([Int], [Float]) = ([3, 2], [1, 2, 3, 4, 5, 6])
    let places: ([Int], [Float]) = ([4], [2, 0, 2, 1])
    #expect(evaluate([table, places]) { $0[0].gatheredRows($0[1]) } == [5, 6, 1, 2, 5, 6, 3, 4])
    let rows: ([Int], [Float]) = ([4, 1], [1, 10, 100, 1000])
    #expect(evaluate([rows, places]) { $0[0].scatteredRows($0[1], rows: 3) } == [10, 1000, 101])
    #expect(evaluate([([2], [1, 2])]) { $0[0].oneHot(classes: 3) } == [0, 1, 0, 0, 0, 1])
    #expect(evaluate([([1, 2], [1, 0])]) { $0[0].oneHot(classes: 2, axis: 1) } == [0, 1, 1, 0])
    GradientCheck(shapes: [[3, 2]]) { values in
      let places = values[0].tape.constant(Tensor(shape: [4], elements: [2, 0, 2, 1]))
      return values[0].gatheredRows(places).squared
    }.run()
    GradientCheck(shapes: [[4, 2]]) { values in
      let places = values[0].tape.constant(Tensor(shape: [4], elements: [2, 0, 2, 1]))
      return values[0].scatteredRows(places, rows: 5).squared
    }.run()
  }
}

/// The value of a function of inputs.
func evaluate(
  _ inputs: [(shape: [Int], elements: [Float])], _ function: ([Variable]) -> Variable
) -> [Float] {
  let tape = Tape()
  let variables = inputs.map { tape.input($0.shape) }
  let result = function(variables)
  let program = Program(tape, results: [result])
  for (variable, input) in zip(variables, inputs) {
    program.bind(variable, to: Tensor(shape: input.shape, elements: input.elements))
  }
  program.run()
  return program.value(result).elements
}
