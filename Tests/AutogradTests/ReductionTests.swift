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
}
