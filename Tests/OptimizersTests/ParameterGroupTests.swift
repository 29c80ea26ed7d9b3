import Objectives
import Optimizers
import Tensors
import Testing

@Suite("Parameters that are treated in ways of their own")
struct ParameterGroupTests {
  /// Parameters a [3] and b [2], all zero.
  private func parameters() -> ParameterSet { ParameterSet(SliceLayout([("a", [3]), ("b", [2])])) }

  private func update(_ groups: [ParameterGroup], _ options: OptimizerOptions, sums: [Float])
    -> (values: [Float], needsWhole: Bool)
  {
    let set = parameters()
    let optimizer = options.optimizer(set, groups: groups)
    optimizer.begin(TrainingMoment(epoch: 0, update: 0))
    let gradient = Tensor(shape: [5], elements: sums)
    optimizer.update(0..<5, gradient: gradient.pointer, count: 2)
    return (set.flat.elements, optimizer.needsWholeGradient)
  }

  private let descent = OptimizerOptions(
    .momentum(.constant(0), isNesterov: false), learningRate: .constant(0.5))

  @Test("a factor on the learning rate, of one parameter alone")
  func rate() {
    let (values, needsWhole) = update(
      [ParameterGroup(name: "b", rateFactor: 0.25)], descent, sums: [2, 4, 6, 8, -8])
    #expect(values == [-0.5, -1, -1.5, -0.5, 0.5])
    #expect(!needsWhole)
  }

  @Test("a bound on the norm of one parameter's mean gradient")
  func clip() {
    // The mean gradient of b is (3, 4): five long.
    let groups = [ParameterGroup(name: "b", clipNorm: 2.5)]
    let (values, needsWhole) = update(groups, descent, sums: [200, 0, 0, 6, 8])
    #expect(values == [-50, 0, 0, -0.75, -1] && needsWhole)
    let short = update(groups, descent, sums: [0, 0, 0, 0.6, 0.8]).values
    #expect(abs(short[3] + 0.15) < 1e-7 && abs(short[4] + 0.2) < 1e-7)
    let bad = update(groups, descent, sums: [0, 0, 0, .nan, 1]).values
    #expect(bad[3].isNaN && bad[4].isNaN && bad[0] == 0)
  }

  @Test("adaptive rules take the factor too")
  func adaptive() {
    let options = OptimizerOptions(.adam(.init()), learningRate: .constant(0.1))
    let plain = update([], options, sums: [1, 1, 1, 1, 1]).values
    let slow = update(
      [ParameterGroup(name: "a", rateFactor: 0.1)], options, sums: [1, 1, 1, 1, 1]
    ).values
    #expect(abs(slow[0] - 0.1 * plain[0]) < 1e-8 && slow[3] == plain[3] && plain[0] < -0.05)
  }
}
