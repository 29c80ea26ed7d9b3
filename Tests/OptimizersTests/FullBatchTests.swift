import Foundation
import Optimizers
import Tensors
import TestSupport
import Testing

@Suite("Line searches over a whole dataset")
struct FullBatchTests {
  enum Method: String, CaseIterable {
    case lbfgs, cg

    func minimizer(_ parameters: Tensor) -> FullBatchMinimizer {
      switch self {
      case .lbfgs: LBFGS(parameters)
      case .cg: ConjugateGradient(parameters)
      }
    }
  }

  private struct Stored: Decodable {
    struct Solution: Decodable {
      let x: [Double]
      let value: Double
      let iterations: Int
      let evaluations: Int
    }
    struct Problem: Decodable {
      let start: [Float]
      let lbfgs: Solution
      let cg: Solution
    }
    let matrix: [Double]
    let center: [Double]
    let minima: [String: Problem]

    static func read() throws -> Stored { try fixture("Fixtures/full_batch_minima.json") }

    /// The loss of a problem at parameters, and its gradient.
    func evaluate(_ name: String, _ x: Tensor, _ gradient: Tensor) -> Double {
      let x = x.elements.map(Double.init)
      return name == "quadratic" ? quadratic(x, gradient) : rosenbrock(x, gradient)
    }

    private func quadratic(_ x: [Double], _ gradient: Tensor) -> Double {
      let distance = zip(x, center).map(-)
      var value = 0.0
      for row in x.indices {
        let product = x.indices.reduce(0.0) { $0 + matrix[row * x.count + $1] * distance[$1] }
        gradient.pointer[row] = Float(product)
        value += 0.5 * product * distance[row]
      }
      return value
    }

    /// Rosenbrock, "An automatic method for finding the greatest or least value of a function", 1960.
    private func rosenbrock(_ x: [Double], _ gradient: Tensor) -> Double {
      var slopes = [Double](repeating: 0, count: x.count)
      var value = 0.0
      for i in 0..<x.count - 1 {
        let (valley, side) = (x[i + 1] - x[i] * x[i], 1 - x[i])
        value += 100 * valley * valley + side * side
        slopes[i] += -400 * valley * x[i] - 2 * side
        slopes[i + 1] += 200 * valley
      }
      for (i, slope) in slopes.enumerated() { gradient.pointer[i] = Float(slope) }
      return value
    }
  }

  @Test(
    "no worse than SciPy, in no more than 1.25 times the evaluations", arguments: Method.allCases,
    ["rosenbrock", "rosenbrock-10", "quadratic"])
  func scipy(method: Method, name: String) throws {
    let stored = try Stored.read()
    let problem = try #require(stored.minima[name])
    let expected = method == .cg ? problem.cg : problem.lbfgs
    let x = Tensor(shape: [problem.start.count], elements: problem.start)
    let minimizer = method.minimizer(x)
    var (evaluations, iterations, last) = (0, 0, Double.infinity)
    while last > max(expected.value, 1e-8) && iterations < 1000 {
      let outcome = try minimizer.update { stored.evaluate(name, x, $0) }
      #expect(outcome.loss < last, "every update makes the loss smaller")
      guard outcome.moved else { break }
      last = outcome.loss
      evaluations += outcome.evaluations
      iterations += 1
    }
    #expect(last <= max(expected.value, 1e-8))
    #expect(Double(evaluations) <= 1.25 * Double(expected.evaluations))
    for (found, expected) in zip(x.elements, expected.x) {
      #expect(abs(Double(found) - expected) < 2e-3)
    }
  }

  @Test("state put back between two updates: the same bits", arguments: Method.allCases)
  func resumes(method: Method) throws {
    let stored = try Stored.read()
    let name = "rosenbrock-10"
    func run(_ x: Tensor, _ minimizer: FullBatchMinimizer, updates: Int) throws {
      for _ in 0..<updates { _ = try minimizer.update { stored.evaluate(name, x, $0) } }
    }
    let start = try #require(stored.minima[name]).start
    let whole = Tensor(shape: [start.count], elements: start)
    try run(whole, method.minimizer(whole), updates: 30)
    let first = Tensor(shape: [start.count], elements: start)
    let before = method.minimizer(first)
    try run(first, before, updates: 13)
    let second = Tensor(shape: [start.count], elements: first.elements)
    let after = method.minimizer(second)
    for (old, new) in zip(before.state, after.state) {
      #expect(old.name == new.name)
      new.values.assign(old.values)
    }
    try run(second, after, updates: 17)
    #expect(second.elements == whole.elements)
  }

  @Test("an evaluation that throws takes the update back", arguments: Method.allCases, 1...4)
  func takenBack(method: Method, after evaluations: Int) throws {
    struct Stopped: Error {}
    let stored = try Stored.read()
    let name = "rosenbrock-10"
    let start = try #require(stored.minima[name]).start
    let x = Tensor(shape: [start.count], elements: start)
    let y = Tensor(shape: [start.count], elements: start)
    let (plain, stopped) = (method.minimizer(x), method.minimizer(y))
    var interruptions = 0
    for _ in 0..<20 {
      let before = (y.elements, stopped.state.map(\.values.elements))
      var left = evaluations
      do {
        _ = try stopped.update {
          left -= 1
          guard left >= 0 else { throw Stopped() }
          return stored.evaluate(name, y, $0)
        }
      } catch is Stopped {
        interruptions += 1
        #expect(y.elements == before.0)
        #expect(stopped.state.map(\.values.elements) == before.1)
        _ = try stopped.update { stored.evaluate(name, y, $0) }
      }
      _ = try plain.update { stored.evaluate(name, x, $0) }
      #expect(x.elements == y.elements)
    }
    #expect(evaluations > 1 || interruptions > 0)
  }

  @Test("batches are added in Float64, and weights alone decay")
  func gradientSum() {
    let parameters = ParameterSet(SliceLayout([("bias", [2]), ("weights", [1, 2])]))
    for i in 0..<4 { parameters.flat.pointer[i] = Float(i + 1) }
    let sum = GradientSum(parameters, weightDecay: 0.5)
    let gradient = Tensor(4)
    for _ in 0..<2 {
      sum.reset()
      // In Float32 the ones would be lost.
      for values: [Float] in [[1e8, 2, 4, 8, 99], [1, 1, 1, 1, 99], [-1e8, 1, 1, 1, 99]] {
        values.withUnsafeBufferPointer {
          sum.add(0..<3, $0.baseAddress!)
          sum.add(3..<5, $0.baseAddress! + 3)
        }
      }
      sum.write(gradient, count: 2)
      let expected: [Float] = [0.5, 2, 4.5, 7]
      #expect(gradient.elements == expected)
    }
    #expect(sum.penalty == 6.25)
  }

  @Test("at a minimum nothing moves", arguments: Method.allCases)
  func minimum(method: Method) throws {
    let stored = try Stored.read()
    let x = Tensor(shape: [2], elements: [1, 1])
    let minimizer = method.minimizer(x)
    for _ in 0..<2 {
      let outcome = try minimizer.update { stored.evaluate("rosenbrock", x, $0) }
      #expect(outcome.loss == 0 && outcome.gradientNorm == 0 && !outcome.moved)
    }
    #expect(x.elements == [1, 1])
  }

  @Test("a step into what is not finite is taken back", arguments: Method.allCases)
  func notFinite(method: Method) throws {
    // −log(x) + x, not a number below zero; its minimum is 1.
    let x = Tensor(shape: [1], elements: [0.01])
    let minimizer = method.minimizer(x)
    for _ in 0..<30 {
      let outcome = try minimizer.update { gradient in
        let value = Double(x.pointer[0])
        gradient.pointer[0] = value > 0 ? Float(1 - 1 / value) : .nan
        return value > 0 ? value - log(value) : .nan
      }
      #expect(outcome.loss.isFinite)
    }
    #expect(abs(x.pointer[0] - 1) < 1e-3)
  }

  @Test("the strong Wolfe conditions hold")
  func wolfe() throws {
    let search = StrongWolfeSearch(curvature: 0.1)
    // Moré and Thuente, "Line search algorithms with guaranteed sufficient decrease", 1994, test 1.
    func point(_ step: Double) -> StrongWolfeSearch.Point {
      let below = step * step + 2
      return .init(step: step, value: -step / below, slope: (step * step - 2) / (below * below))
    }
    let start = point(0)
    for first in [1e-3, 0.1, 1, 10, 1000] {
      let found = try #require(search.run(from: start, first: first, point))
      #expect(found.value <= start.value + 1e-4 * found.step * start.slope)
      #expect(abs(found.slope) <= 0.1 * abs(start.slope))
    }
    // A direction along which all rises.
    #expect(
      search.run(from: start, first: 1) { .init(step: $0, value: 1 + $0, slope: 1) } == nil)
  }
}
