import Autograd
import Foundation
import Tensors
import Testing

@Suite("Reductions and spread numbers")
struct ReductionTests {
  @Test("maxima: the first of equal ones gets the gradient")
  func maxima() {
    let values: ([Int], [Float]) = ([2, 3], [1, 7, 7, 4, 2, 4])
    #expect(evaluate([values]) { $0[0].maximum(axis: 1) } == [7, 4])
    #expect(evaluate([values]) { $0[0].maximumMask(axis: 1) } == [0, 1, 0, 1, 0, 0])
    for axis in 0..<3 {
      GradientCheck(
        shapes: [[2, 3, 4]], function: { $0[0].maximum(axis: axis).squared }, step: 1e-3,
        tolerance: 2e-2
      ).run()
    }
  }

  @Test("softmax, its logarithm and log-sum-exp", arguments: 0..<3)
  func softmax(axis: Int) {
    GradientCheck(shapes: [[2, 3, 4]], function: { $0[0].logSumExp(axis: axis) }).run()
    GradientCheck(shapes: [[2, 3, 4]], function: { $0[0].softmax(axis: axis) }).run()
    GradientCheck(shapes: [[2, 3, 4]], function: { $0[0].logSoftmax(axis: axis) }).run()
  }

  @Test("softmax of numbers of any size, over any axis", arguments: [1, 2, 70])
  func values(inner: Int) {
    let (outer, middle) = (3, 37)
    let shape = [outer, middle, inner]
    let x = random(shape, item: 3).map { $0 * 200 + 1000 }
    let soft = evaluate([(shape, x)]) { $0[0].softmax(axis: 1) }
    let logs = evaluate([(shape, x)]) { $0[0].logSoftmax(axis: 1) }
    let whole = evaluate([(shape, x)]) { $0[0].logSumExp(axis: 1) }
    for o in 0..<outer {
      for i in 0..<inner {
        let places = (0..<middle).map { (o * middle + $0) * inner + i }
        let most = places.map { Double(x[$0]) }.max()!
        let sum = places.reduce(0) { $0 + exp(Double(x[$1]) - most) }
        #expect(abs(Double(whole[o * inner + i]) - most - log(sum)) < 2e-4)
        for place in places {
          let exact = Double(x[place]) - most - log(sum)
          #expect(abs(Double(logs[place]) - exact) < 1e-6 * max(1, abs(exact)) * 2)
          #expect(abs(Double(soft[place]) - exp(exact)) < 1e-6)
        }
      }
    }
  }

  @Test("numbers spread over rows, columns and channels")
  func spread() {
    for numbers in [[3, 1, 1], [4, 1], [5], [1, 4, 5], [3, 4, 1], [1], [3, 1, 5]] {
      let shapes = [[3, 4, 5], numbers]
      GradientCheck(shapes: shapes, function: { $0[0].squared * $0[1].squared }).run()
      GradientCheck(shapes: shapes, function: { $0[1].squared * $0[0].exponential }).run()
      GradientCheck(shapes: shapes, function: { ($0[0] + $0[1]).squared }).run()
      GradientCheck(shapes: shapes, function: { ($0[0] - $0[1]).squared }).run()
      GradientCheck(shapes: shapes, function: { ($0[1] - $0[0]).squared }).run()
    }
    for kept in [[1, 4, 1], [3, 1, 1], [1, 1, 5], [1]] {
      GradientCheck(shapes: [[3, 4, 5]], function: { $0[0].squared.sum(to: kept).squared }).run()
      GradientCheck(
        shapes: [[3, 4, 5], [3, 4, 5]], function: { $0[0].dot($0[1], to: kept).squared }
      ).run()
    }
  }

  @Test("normalising by moments, to second order", arguments: [[1, 4, 1], [3, 1, 1], [3, 4, 1]])
  func moments(kept: [Int]) {
    GradientCheck(shapes: [[3, 4, 5], kept, kept]) { values in
      let x = values[0]
      let count = Float(x.count) / Float(kept.reduce(1, *))
      let centered = x - x.sum(to: kept).affine(1 / count)
      let variance = centered.dot(centered, to: kept).affine(1 / count, 1e-3)
      return (centered / variance.squareRoot * values[1] + values[2]).squared
    }.run()
  }

  @Test("dropped elements have no gradient, to second order")
  func dropout() {
    let inputs = [[4, 6]]
    let ids: [UInt32] = [5, 3, 9, 1]
    let tape = Tape()
    let x = tape.input(inputs[0], isDifferentiable: true)
    let kept = x.dropout(0.4, round: 2)
    let first = tape.gradients(of: kept.squared.total.affine(0.5), for: [x])[0]
    let second = tape.gradients(of: first.total, for: [x])[0]
    let program = Program(tape, results: [kept, first, second])
    program.bind(x, to: Tensor(shape: inputs[0], elements: random(inputs[0], item: 1)))
    ids.withUnsafeBufferPointer { program.run(step: 3, seed: 7, ids: $0.baseAddress) }
    let (values, gradients) = (program.value(kept).elements, program.value(first).elements)
    let scale: Float = 1 / 0.6
    for ((value, gradient), curve) in zip(zip(values, gradients), program.value(second).elements) {
      #expect(abs(gradient - value * scale) < 1e-5)
      #expect(abs(curve - (value == 0 ? 0 : scale * scale)) < 1e-5)
    }
    #expect(values.contains(0) && values.contains { $0 != 0 })
  }
}
