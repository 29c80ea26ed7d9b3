import Objectives
import Tensors
import Testing

@testable import Models

@Suite("Numbers that are large, or none")
struct LearningNumericsTests {
  private static let (visible, hidden) = (5, 3)

  private static let phases: [NegativePhase] = [
    .contrastiveDivergence, .persistent(chains: 4),
    .tempering(.init(groups: 3, ladder: [0, 0.5, 1])), .meanField(damping: 0.5),
  ]
  private static let kinds: [UnitKind] = [
    .bernoulli, .gaussian(.unit), .gaussian(.fixed(0.01)), .gaussian(.learned(initial: 1)),
  ]

  private func sums(
    _ phase: NegativePhase, _ units: UnitKind, centering: Centering, input: Float,
    _ parameters: (Int) -> Float
  ) -> Tensor {
    let machine = RestrictedBoltzmannMachine(
      visible: Self.visible, hidden: Self.hidden, visibleUnits: units)
    var options = ContrastiveDivergenceOptions(negativePhase: phase, gibbsSteps: .constant(3))
    options.centering = centering
    options.sparsity = SparsityTarget(target: 0.1, cost: 1, decay: 0.5)
    let count = machine.parameters.layout.count
    var elements = (0..<count).map(parameters)
    // A variance of e^±1000 is no number of Float32.
    if case .gaussian(.learned) = units {
      for i in count - Self.visible..<count { elements[i] = elements[i] > 0 ? 6 : -6 }
    }
    let rank = Rank(
      visible: Self.visible, hidden: Self.hidden, units: units, parameters: elements,
      options: options, seed: 1, layout: ShardLayout(shards: 2), batchSize: 4)
    for step in 0..<3 {
      rank.accumulate(step: step, ids: [0, 1, 2, 3]) { id in
        (0..<Self.visible).map { (id + $0) % 2 == 0 ? input : -input }[...]
      }
      rank.objective.update(phase: 0, sums: rank.accumulator.root(0), count: 4)
    }
    return rank.accumulator.root(0)
  }

  @Test("inputs and parameters of ±1000 give finite sums", arguments: phases, kinds)
  func large(phase: NegativePhase, units: UnitKind) {
    for centering in Centering.allCases {
      for sign: Float in [1, -1] {
        let found = sums(phase, units, centering: centering, input: 1000) {
          $0 % 3 == 0 ? -sign * 1000 : sign * 1000
        }
        #expect(found.isFinite, "\(centering)")
      }
    }
  }

  @Test("a weight that is not a number is seen", arguments: phases, kinds)
  func notANumber(phase: NegativePhase, units: UnitKind) {
    for centering in Centering.allCases {
      let found = sums(phase, units, centering: centering, input: 1) { $0 == 7 ? .nan : 0.1 }
      #expect(!found.isFinite, "\(centering)")
    }
  }
}
