import Autograd
import Foundation
import Tensors
import Testing

@Suite("Fused layers and losses")
struct LayerOperationTests {
  private static let smooth: [Activation] = [.none, .sigmoid, .tanh, .softplus]
  private static let kinked: [Activation] = [.relu, .leakyRelu(slope: 0.2), .elu(alpha: 1.5)]

  @Test("activations are the elementary ones")
  func activations() {
    let x = random([4, 100], item: 1).map { $0 * 4 }
    let elementary: [(Activation, (Variable) -> Variable)] = [
      (.sigmoid, { $0.sigmoid }), (.tanh, { $0.hyperbolicTangent }), (.softplus, { $0.softplus }),
      (.relu, { $0.leakyRectifier() }), (.leakyRelu(slope: 0.1), { $0.leakyRectifier(0.1) }),
      (.none, { $0 }),
    ]
    for (activation, function) in elementary {
      #expect(
        evaluate([([4, 100], x)]) { $0[0].activated(activation) }
          == evaluate([([4, 100], x)]) { function($0[0]) })
    }
    let elu = evaluate([([2], [-1, 2])]) { $0[0].activated(.elu(alpha: 2)) }
    #expect(abs(elu[0] - 2 * (exp(-1) - 1)) < 1e-6 && elu[1] == 2)
  }

  @Test("softplus is exact to Float32")
  func softplus() {
    let x = (-800...800).map { Float($0) / 20 }
    let result = evaluate([([x.count], x)]) { $0[0].softplus }
    for (x, y) in zip(x, result) {
      let exact = max(Double(x), 0) + log1p(exp(-abs(Double(x))))
      #expect(abs(Double(y) - exact) < 4e-7 * exact)
    }
  }

  @Test("bias and activation in one pass")
  func biasAndActivation() {
    for activation in Self.smooth {
      GradientCheck(shapes: [[3, 4]], function: { $0[0].activated(activation).squared }).run()
      for axis in 0..<3 {
        GradientCheck(
          shapes: [[3, 4, 2], [[3, 4, 2][axis]]],
          function: { $0[0].activated(activation, bias: $0[1], axis: axis).squared }
        ).run()
      }
      GradientCheck(
        shapes: [[3, 4], [5, 4], [5]],
        function: { $0[0].dense($0[1], $0[2], activation).squared }
      ).run()
    }
    for activation in Self.kinked {
      GradientCheck(
        shapes: [[3, 4]], function: { $0[0].activated(activation) * $0[0].exponential },
        domain: { $0 > 0 ? $0 + 0.3 : $0 - 0.3 }, step: 2e-3, tolerance: 2e-2
      ).run()
    }
  }

  @Test("a dense layer is a product, a bias and an activation")
  func dense() {
    let inputs = [[6, 7], [9, 7], [9]].enumerated().map { ($1, random($1, item: $0)) }
    for activation in Self.smooth + Self.kinked {
      let fused = evaluate(inputs) { $0[0].dense($0[1], $0[2], activation) }
      let plain = evaluate(inputs) {
        ($0[0].product(.none, $0[1], .transposed) + $0[2]).activated(activation)
      }
      #expect(fused == plain)
    }
  }

  @Test("Bernoulli cross-entropy from logits")
  func bernoulli() {
    let (l, x) = (random([3, 50], item: 1).map { $0 * 30 }, random([3, 50], item: 2).map(abs))
    let rows = evaluate([([3, 50], l), ([3, 50], x)]) { $0[0].bernoulliCrossEntropyRows($0[1]) }
    for row in 0..<3 {
      let exact = (row * 50..<row * 50 + 50).reduce(0.0) { sum, i in
        let (l, x) = (Double(l[i]), Double(x[i]))
        return sum + max(l, 0) + log1p(exp(-abs(l))) - x * l
      }
      #expect(abs(Double(rows[row]) - exact) < 1e-5 * abs(exact))
    }
    GradientCheck(
      shapes: [[3, 4], [3, 4]], function: { $0[0].bernoulliCrossEntropyRows($0[1]).squared }
    ).run()
    GradientCheck(
      shapes: [[3, 2, 2], [3, 2, 2]], function: { $0[0].bernoulliCrossEntropyRows($0[1]) }
    ).run()
  }

  @Test("cross-entropy of labels from logits")
  func softmax() {
    for (axis, shape) in [(1, [4, 3]), (1, [2, 3, 5]), (0, [3, 4])] {
      var labels = shape
      labels.remove(at: axis)
      let numbers = (0..<labels.reduce(1, *)).map { Float($0 * 2 % 3) }
      GradientCheck(shapes: [shape]) { values in
        let labels = values[0].tape.constant(Tensor(shape: labels, elements: numbers))
        return values[0].softmaxCrossEntropy(labels, axis: axis).squared
      }.run()
      let logits: ([Int], [Float]) = (shape, random(shape, item: 3).map { $0 * 20 })
      let loss = evaluate([logits, (labels, numbers)]) {
        $0[0].softmaxCrossEntropy($0[1], axis: axis)
      }
      let plain = evaluate([logits, (labels, numbers)]) {
        -($0[0].logSoftmax(axis: axis) * $0[1].oneHot(classes: 3, axis: axis)).sum(axis: axis)
      }
      for (a, b) in zip(loss, plain) { #expect(abs(a - b) < 1e-5 * max(1, abs(a))) }
    }
  }

  @Test("Gaussian losses")
  func gaussian() {
    let shapes = [[3, 4], [3, 4], [3, 4]]
    GradientCheck(shapes: [[3, 4], [3, 4]], function: { $0[0].squaredError($0[1]) }).run()
    GradientCheck(
      shapes: shapes,
      function: { $0[0].gaussianNegativeLogLikelihood($0[1], logVariance: $0[2]) }
    ).run()
    GradientCheck(
      shapes: [[3, 4], [3, 4], [1]],
      function: { $0[0].gaussianNegativeLogLikelihood($0[1], logVariance: $0[2]) }
    ).run()
    GradientCheck(
      shapes: [[3, 4], [3, 4]],
      function: { $0[0].standardNormalDivergence(logVariance: $0[1]) }
    ).run()
    // N(x; 1, e) at x = 3, in two dimensions.
    let value = evaluate([([1, 2], [1, 1]), ([1, 2], [3, 3]), ([1, 2], [1, 1])]) {
      $0[0].gaussianNegativeLogLikelihood($0[1], logVariance: $0[2])
    }
    #expect(abs(Double(value[0]) - (log(2 * Double.pi) + 1 + 4 / exp(1))) < 1e-5)
  }
}
