import Autograd
import Tensors
import Testing

@Suite("Derivatives of operations")
struct OperationTests {
  private static let positive: @Sendable (Float) -> Float = { 0.5 + $0 * $0 }
  /// Away from a kink at zero.
  private static let awayFromZero: @Sendable (Float) -> Float = { $0 > 0 ? $0 + 0.3 : $0 - 0.3 }

  @Test("maps") func maps() {
    let any: [(Variable) -> Variable] = [
      { $0.affine(3, -1) }, { $0.exponential }, { $0.sigmoid }, { $0.hyperbolicTangent },
      { $0.softplus }, { $0.squared }, { -$0 },
    ]
    for function in any { GradientCheck(shapes: [[3, 5]], function: { function($0[0]) }).run() }
    for function: (Variable) -> Variable in [{ $0.logarithm }, { $0.squareRoot }] {
      GradientCheck(shapes: [[3, 5]], function: { function($0[0]) }, domain: Self.positive).run()
    }
    for function: (Variable) -> Variable in [
      { $0.magnitude * $0 }, { $0.leakyRectifier() * $0 }, { $0.leakyRectifier(0.2) * $0 },
    ] {
      GradientCheck(
        shapes: [[3, 5]], function: { function($0[0]) }, domain: Self.awayFromZero, step: 2e-3,
        tolerance: 2e-2
      ).run()
    }
  }

  @Test("arithmetic, with repeated axes") func arithmetic() {
    for shapes in [
      [[3, 4], [3, 4]], [[3, 4], [4]], [[3, 1], [3, 4]], [[2, 3, 4], [3, 1]],
    ] {
      for function: (Variable, Variable) -> Variable in [
        { $0 + $1 }, { $0 - $1 }, { $0 * $1 },
      ] {
        GradientCheck(shapes: shapes, function: { function($0[0], $0[1]) }).run()
      }
      GradientCheck(
        shapes: shapes, function: { $0[0] / $0[1] }, domain: Self.positive
      ).run()
    }
  }

  @Test("sums and shapes") func shapes() {
    for axis in 0..<3 {
      GradientCheck(shapes: [[2, 3, 4]], function: { $0[0].squared.sum(axis: axis) }).run()
      GradientCheck(shapes: [[2, 3, 4]], function: { $0[0].squared.mean(axis: axis) }).run()
    }
    GradientCheck(shapes: [[2, 6]], function: { $0[0].reshaped([3, 4]).squared }).run()
    GradientCheck(shapes: [[3, 1]], function: { $0[0].squared.broadcast(to: [2, 3, 4]) }).run()
  }

  @Test("matrix products", arguments: [Transposition.none, .transposed])
  func products(left: Transposition) {
    for right in [Transposition.none, .transposed] {
      let a = left == .none ? [3, 4] : [4, 3]
      let b = right == .none ? [4, 5] : [5, 4]
      GradientCheck(
        shapes: [a, b], function: { $0[0].product(left, $0[1], right).squared }
      ).run()
    }
    GradientCheck(
      shapes: [[3, 4], [5, 4], [5]], function: { $0[0].dense($0[1], $0[2]).hyperbolicTangent }
    ).run()
  }

  @Test("a penalty on the gradient of a network") func penalty() {
    GradientCheck(shapes: [[3, 4], [5, 4], [1, 5]]) { values in
      let hidden = values[0].dense(values[1], nil).hyperbolicTangent
      let output = hidden.dense(values[2], nil).total
      return values[0].tape.gradients(of: output, for: [values[0]])[0].squared.total
    }.run()
  }

  @Test("values that are used twice get both cotangents") func fanOut() {
    GradientCheck(shapes: [[4]], function: { $0[0] * $0[0].sigmoid + $0[0].squared }).run()
  }

  @Test("what does not reach the scalar has the derivative zero") func unreachable() {
    let tape = Tape()
    let (x, y) = (tape.input([2], isDifferentiable: true), tape.input([3], isDifferentiable: true))
    let gradients = tape.gradients(of: x.squared.total, for: [x, y])
    let program = Program(tape, results: gradients)
    let frame = program.makeFrame()
    frame.bind(x, to: Tensor(shape: [2], elements: [1, -3]))
    program.run(frame)
    #expect(frame.value(gradients[0]).elements == [2, -6])
    #expect(frame.value(gradients[1]).elements == [0, 0, 0])
  }
}
