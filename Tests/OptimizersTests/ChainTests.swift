import Objectives
import Optimizers
import Tensors
import Testing

@Suite("Chains of transformations")
struct ChainTests {
  private static func adam() -> OptimizerOptions {
    OptimizerOptions(.adam(.init()), learningRate: .constant(0.1))
  }

  @Test("state is named by parameter")
  func names() {
    var options = Self.adam()
    options.averaging = 0.99
    let optimizer = options.optimizer(ParameterSet(Trajectories.layout))
    let state = optimizer.stateByParameter
    #expect(
      state.map(\.name) == [
        "weights/first_moment", "weights/second_moment", "weights/average", "bias/first_moment",
        "bias/second_moment", "bias/average",
      ])
    #expect(state[0].values.shape == [3, 5])
    #expect(state[5].values.shape == [3])
    #expect(optimizer.averages.map(\.slice.name) == ["weights", "bias"])
    #expect(Self.adam().optimizer(ParameterSet(Trajectories.layout)).averages.isEmpty)
  }

  @Test("an optimizer of some parameters leaves the others alone")
  func subset() {
    let parameters = ParameterSet(
      SliceLayout([("a", [2]), ("b/w", [2, 2]), ("b/c", [2]), ("d", [3])]))
    let optimizer = Self.adam().optimizer(parameters, names: ["b/w", "b/c"])
    #expect(optimizer.state.map(\.values.count) == [6, 6])
    optimizer.update(0..<11, gradient: Array(repeating: 1, count: 11), count: 1)
    #expect(parameters["a"].elements == [0, 0])
    #expect(parameters["d"].elements == [0, 0, 0])
    for value in parameters["b/w"].elements + parameters["b/c"].elements {
      #expect(abs(value + 0.1) < 1e-6)
    }
    #expect(
      optimizer.stateByParameter.map(\.name) == [
        "b/w/first_moment", "b/w/second_moment", "b/c/first_moment", "b/c/second_moment",
      ])
  }

  @Test("the norm is over all pieces, of the mean gradient")
  func norm() {
    let parameters = ParameterSet(SliceLayout([("a", [2]), ("b", [2])]))
    var options = OptimizerOptions(
      .momentum(.constant(0), isNesterov: false), learningRate: .constant(1))
    options.clipNorm = 0.5
    let optimizer = options.optimizer(parameters)
    #expect(optimizer.needsWholeGradient)
    // Sums over 4 samples: the mean gradient is (3, 0, 0, 4), of norm 5.
    let (a, b): ([Float], [Float]) = ([12, 0], [0, 16])
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        optimizer.measure([a, b], count: 4)
        optimizer.update(0..<2, gradient: a.baseAddress!, count: 4)
        optimizer.update(2..<4, gradient: b.baseAddress!, count: 4)
      }
    }
    for (found, expected) in zip(parameters.flat.elements, [-0.3, 0, 0, -0.4] as [Float]) {
      #expect(abs(found - expected) < 1e-7)
    }
  }

  @Test("a gradient within the bounds is left as it is; zero and not a number stay what they are")
  func withinBounds() {
    func step(_ gradient: [Float], _ change: (inout OptimizerOptions) -> Void) -> [Float] {
      let parameters = ParameterSet(SliceLayout([("a", [2])]))
      var options = OptimizerOptions(
        .momentum(.constant(0), isNesterov: false), learningRate: .constant(1))
      change(&options)
      let optimizer = options.optimizer(parameters)
      gradient.withUnsafeBufferPointer {
        optimizer.measure([$0], count: 1)
        optimizer.update(0..<2, gradient: $0.baseAddress!, count: 1)
      }
      return parameters.flat.elements
    }
    #expect(step([0.25, -0.5]) { $0.clipNorm = 1 } == [-0.25, 0.5])
    #expect(step([0, 0]) { $0.clipNorm = 1 } == [0, 0])
    #expect(step([3, -0.5]) { $0.clipValue = 2 } == [-2, 0.5])
    #expect(step([.nan, -9]) { $0.clipValue = 2 }[0].isNaN)
    let lost = step([.nan, 1]) { $0.clipNorm = 2 }
    #expect(lost[0].isNaN && lost[1].isNaN)
  }

  @Test("the average starts at the parameters after the first update")
  func average() {
    let parameters = ParameterSet(SliceLayout([("a", [1])]))
    parameters.flat.fill(7)
    var options = OptimizerOptions(
      .momentum(.constant(0), isNesterov: false), learningRate: .constant(1))
    options.averaging = 0.75
    let optimizer = options.optimizer(parameters)
    #expect(optimizer.averages[0].values.elements == [7])
    for (update, expected) in [6, 5.75, 5.3125].enumerated() {
      optimizer.begin(TrainingMoment(epoch: 0, update: update))
      optimizer.update(0..<1, gradient: [1], count: 1)
      #expect(optimizer.averages[0].values.elements == [Float(expected)])
    }
    #expect(parameters.flat.elements == [4])
  }

  @Test("a divided rate stops at its minimum, and never rises to it")
  func adjustment() {
    func rate(_ scheduled: Double, _ factor: Double, _ minimum: Double) -> Double {
      TrainingMoment(epoch: 0, update: 0, rate: .init(factor: factor, minimum: minimum))
        .learningRate(.constant(scheduled))
    }
    #expect(rate(0.1, 0.5, 0) == 0.05)
    #expect(rate(0.1, 0.001, 0.01) == 0.01)
    #expect(rate(0.001, 0.5, 0.01) == 0.001)
    #expect(rate(0.1, 1, 0.5) == 0.1)
  }
}
