import Tensors
import Testing

@testable import Models

/// What a machine's hidden layer hands to the next machine.
@Suite("The way up through a layer")
struct UpPassTests {
  private let machine = LikelihoodTests.machine(visible: 6, hidden: 70, seed: 12)
  private let samples = Tensor(
    shape: [2, 6], elements: [1, 0, 0.5, 0.25, 1, 0, 0, 1, 1, 0, 0.75, 0.125])

  private func drawn(_ map: SampleMap, step: Int, ids: [UInt32]) -> Tensor {
    map(samples, draws: SampleMap.Draws(step: step, ids: ids))
  }

  @Test("without draws the map gives means; with draws, states whose shares these are")
  func shares() {
    let layer = BeliefLayer(machine)
    let map = SampleMap(upThrough: layer, drawsFrom: 5)
    let means = machine.codes(samples)
    #expect(map(samples).elements == means.elements)
    #expect(drawn(SampleMap(upThrough: layer), step: 1, ids: [0, 1]).elements == means.elements)
    let steps = 4000
    var sums = [Double](repeating: 0, count: 140)
    for step in 0..<steps {
      let states = drawn(map, step: step, ids: [3, 70_000])
      for i in 0..<140 { sums[i] += Double(states.pointer[i]) }
      #expect(step > 3 || states.elements.allSatisfy { $0 == 0 || $0 == 1 })
    }
    for i in 0..<140 {
      // Five standard deviations: there are 140 of them.
      let (mean, found) = (Double(means.pointer[i]), sums[i] / Double(steps))
      #expect(abs(found - mean) <= 5 * (mean * (1 - mean) / Double(steps)).squareRoot() + 1e-6)
    }
  }

  @Test("draws follow the sample and the step, and differ from layer to layer")
  func counting() {
    let layer = BeliefLayer(machine)
    let (first, second) = (0, 1)
    let map = SampleMap(upThrough: layer, round: first, drawsFrom: 5)
    let one = drawn(map, step: 4, ids: [7, 9]).elements
    #expect(drawn(map, step: 4, ids: [7, 9]).elements == one)
    #expect(drawn(map, step: 5, ids: [7, 9]).elements != one)
    #expect(drawn(map, step: 4, ids: [9, 7]).elements != one)
    let other = SampleMap(upThrough: layer, round: second, drawsFrom: 5)
    #expect(drawn(other, step: 4, ids: [7, 9]).elements != one)
    #expect(drawn(SampleMap(upThrough: layer, drawsFrom: 6), step: 4, ids: [7, 9]).elements != one)
  }
}
