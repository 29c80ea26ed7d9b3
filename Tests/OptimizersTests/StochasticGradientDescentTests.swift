import Objectives
import Optimizers
import Tensors
import TestSupport
import Testing

@Suite("Stochastic gradient descent")
struct StochasticGradientDescentTests {
  static let layout = SliceLayout([("weights", [3, 5]), ("bias", [3])])

  private struct Trajectory: Decodable {
    let learningRate: Double
    let momentum: [Double]
    let switchStep: Int
    let weightDecay: Double
    let count: Int
    let initial: [Float]
    let gradientSums: [[Float]]
    let parameters: [[Double]]
  }

  @Test("momentum, its change, and decay of weights alone go PyTorch's way")
  func torch() throws {
    let stored: Trajectory = try fixture("Fixtures/sgd_trajectory.json")
    let parameters = ParameterSet(Self.layout)
    parameters.flat.assign(Tensor(shape: [18], elements: stored.initial))
    let optimizer = StochasticGradientDescent(
      parameters,
      options: .init(
        learningRate: .constant(stored.learningRate), momentum: .list(stored.momentum),
        weightDecay: .constant(stored.weightDecay)))
    #expect(stored.parameters.count == 20)
    for (step, expected) in stored.parameters.enumerated() {
      optimizer.begin(epoch: step < stored.switchStep ? 0 : 1)
      optimizer.update(0..<18, gradient: stored.gradientSums[step], count: stored.count)
      for (found, expected) in zip(parameters.flat.elements, expected) {
        #expect(abs(Double(found) - expected) < 2e-6, "step \(step)")
      }
    }
  }

  @Test("a new learning rate does not rescale the step that momentum repeats")
  func heavyBall() {
    // w' = w − γ g + β (w − w₋₁), with γ from 0.5 to 0.25.
    let parameters = ParameterSet(SliceLayout([("bias", [1])]))
    let optimizer = StochasticGradientDescent(
      parameters, options: .init(learningRate: .list([0.5, 0.25]), momentum: .constant(0.5)))
    optimizer.update(0..<1, gradient: [4], count: 2)
    #expect(parameters.flat.elements == [-1])
    optimizer.begin(epoch: 1)
    optimizer.update(0..<1, gradient: [4], count: 2)
    #expect(parameters.flat.elements == [-1 - 0.5 - 0.5])
    #expect(optimizer.state.map(\.name) == ["velocity"])
    #expect(optimizer.state[0].values.elements == [-1])
  }

  @Test("updates of any ranges make the bits of one whole update")
  func ranges() {
    let layout = SliceLayout([("a", [7, 11]), ("b", [11]), ("c", [64, 3]), ("d", [5])])
    func run(_ cuts: [Int]) -> [UInt32] {
      let parameters = ParameterSet(layout)
      let stream = RandomStream(seed: 41, purpose: .sampling)
      stream.normal(item: 0, into: parameters.flat.buffer)
      let optimizer = StochasticGradientDescent(
        parameters,
        options: .init(
          learningRate: .constant(0.03), momentum: .constant(0.9), weightDecay: .constant(0.02)))
      // Two control words follow the parameters; the optimizer leaves them alone.
      let gradient = Tensor(layout.count + 2)
      let ends = cuts + [gradient.count]
      for step in 1...3 {
        stream.normal(item: step, into: gradient.buffer)
        for (start, end) in zip([0] + cuts, ends) {
          optimizer.update(start..<end, gradient: gradient.pointer + start, count: 13)
        }
      }
      let all = parameters.flat.elements + optimizer.state[0].values.elements
      return all.map(\.bitPattern)
    }
    let whole = run([])
    for cuts in [[1], [77], [80, 81], [3, 50, 90, 200, 285], Array(1...285)] {
      #expect(run(cuts) == whole)
    }
  }
}
