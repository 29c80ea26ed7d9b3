import CKernels
import Foundation
import Objectives
import Tensors
import TestSupport
import Testing

@testable import Models

/// Machines that see a label, against sums over all states.
@Suite("Machines with labels")
struct LabelledMachineTests {
  static let (units, classes, hidden) = (4, 3, 5)

  static func machine(_ seed: UInt64 = 4) -> RestrictedBoltzmannMachine {
    let machine = RestrictedBoltzmannMachine(
      visible: units + classes, hidden: hidden, visibleUnits: .labelled(classes: classes))
    machine.initialize(seed: seed, deviation: 0.8)
    let stream = RandomStream(seed: seed, purpose: .chainStart)
    stream.normal(item: 0, into: machine.parameters["hidden_bias"].buffer)
    stream.normal(item: 1, into: machine.parameters["visible_bias"].buffer)
    return machine
  }

  /// −F of values and a label: the log of the sum over all hidden states.
  static func logWeight(
    _ parameters: [Double], _ values: [Double], label: Int
  ) -> Double {
    let visible = units + classes
    let x = values + (0..<classes).map { $0 == label ? 1 : 0 }
    let own = (0..<visible).reduce(0.0) { $0 + parameters[(visible + 1) * hidden + $1] * x[$1] }
    let sum = (0..<1 << hidden).reduce(0.0) { sum, state in
      var term = own
      for j in 0..<hidden where state >> j & 1 == 1 {
        term += parameters[visible * hidden + j]
        for i in 0..<visible { term += parameters[j * visible + i] * x[i] }
      }
      return sum + exp(term)
    }
    return log(sum)
  }

  @Test("the evaluation's error, cross-entropy and free energy are those of the enumerated joint")
  func labels() {
    let machine = Self.machine()
    let parameters = machine.parameters.flat.elements.map(Double.init)
    let evaluator = DeepBeliefEvaluator(DeepBeliefNetwork([machine]))
    evaluator.begin()
    for state in 0..<24 {
      // Grey values and others on or off.
      let values = (0..<Self.units).map { (i: Int) -> Float in
        state < 16 ? Float(state >> i & 1) : Float((state * 7 + i * 3) % 10) / 10
      }
      let label = state % Self.classes
      let batch = Batch(shards: 0..<1, width: Self.units) { _ in 1 }
      batch.shards[0].samples.assign(Tensor(shape: [1, Self.units], elements: values))
      batch.shards[0].labels[0] = Int32(label)
      var sums = [Double](repeating: 0, count: evaluator.width)
      evaluator.accumulate(batch.shards[0], split: .test, into: &sums)
      let scores = (0..<Self.classes).map {
        Self.logWeight(parameters, values.map(Double.init), label: $0)
      }
      let best = scores.indices.max { scores[$0] < scores[$1] }
      #expect(sums[0] == (best == label ? 0 : 100))
      #expect(abs(sums[1] - (logSumExp(scores) - scores[label])) < 1e-6)
      #expect(abs(sums[3] + scores[label]) < 1e-6)
    }
  }

  @Test("scores lose no digits of the fields that they are given", arguments: [1, 5, 100, 1100])
  func scores(hidden: Int) {
    func random(_ item: Int, _ count: Int) -> [Float] {
      var values = [Float](repeating: 0, count: count)
      values.withUnsafeMutableBufferPointer {
        RandomStream(seed: 2, purpose: .sampling).normal(item: item, into: $0)
      }
      return values.map { 3 * $0 }
    }
    let (field, bias) = (random(0, hidden), random(1, hidden))
    let weights = random(2, Self.classes * hidden)
    var scores = [Double](repeating: 0, count: Self.classes)
    sdt_label_scores(&scores, field, bias, weights, hidden, Self.classes)
    for k in 0..<Self.classes {
      let exact = (0..<hidden).reduce(0.0) {
        $0 + log1p(exp(Double(field[$1]) + Double(bias[$1]) + Double(weights[k * hidden + $1])))
      }
      #expect(abs(scores[k] - exact) < 1e-12 * Double(hidden) * max(1, exact / Double(hidden)))
    }
  }

  @Test("the gap of free energies falls where the training samples' is the lower")
  func gap() {
    let evaluator = DeepBeliefEvaluator(DeepBeliefNetwork([Self.machine()]))
    func sums(_ freeEnergy: Double) -> EvaluationSums {
      let counts = [Double](repeating: 0, count: evaluator.width - 4)
      return EvaluationSums(sums: [0, 0, 0, 2 * freeEnergy] + counts, count: 2)
    }
    let found = evaluator.results(test: sums(-10), train: sums(-13))
    #expect(found.first { $0.name == "free_energy_gap" }?.value == -3)
  }

  @Test("scores that are not numbers are errors")
  func notNumbers() {
    let machine = Self.machine()
    machine.parameters["weights"].fill(.nan)
    let evaluator = DeepBeliefEvaluator(DeepBeliefNetwork([machine]))
    evaluator.begin()
    let batch = Batch(shards: 0..<1, width: Self.units) { _ in 1 }
    batch.shards[0].labels[0] = 0
    var sums = [Double](repeating: 0, count: evaluator.width)
    evaluator.accumulate(batch.shards[0], split: .test, into: &sums)
    #expect(sums[0] == 100 && sums[1].isNaN)
  }

  @Test("the statistics are derivatives of enumerated free energies")
  func gradients() {
    let machine = Self.machine(5)
    let (positive, negative, ratio) = (3, 2, Float(1.5))
    let values = PhaseValues(machine, positive: positive, negative: negative)
    let rows: [[Float]] = (0..<positive + negative).map { (row: Int) -> [Float] in
      (0..<Self.units).map { (i: Int) -> Float in Float((row * 5 + i * 3) % 7) / 6 }
    }
    let labels = (0..<rows.count).map { Int32($0 % Self.classes) }
    let samples = Tensor(shape: [rows.count, Self.units], elements: rows.flatMap { $0 })
    machine.visibleLayer.inputs(samples, labels: labels, into: values.visible)
    machine.hiddenMeans(values.visible, into: values.hidden)
    let sums = ParameterSet(machine.parameters.layout)
    machine.statistics(values, ratio: ratio) {
      sums[machine.parameters.layout.slices[$0].name]
    }
    func loss(_ parameters: [Double]) -> Double {
      rows.indices.reduce(0) { sum, row in
        let weight = Self.logWeight(parameters, rows[row].map(Double.init), label: Int(labels[row]))
        return sum + (row < positive ? -weight : Double(ratio) * weight)
      }
    }
    var parameters = machine.parameters.flat.elements.map(Double.init)
    let expected = parameters.indices.map { (i: Int) -> Double in
      let (value, step) = (parameters[i], 1e-5)
      defer { parameters[i] = value }
      parameters[i] = value + step
      let above = loss(parameters)
      parameters[i] = value - step
      return (above - loss(parameters)) / (2 * step)
    }
    expectClose(sums.flat.elements, expected, "statistics")
  }

  @Test("one unit of the label is on, each as often as its softmax says")
  func draws() {
    let machine = Self.machine(6)
    let count = 20_000
    let h = Tensor(count, Self.hidden)
    for row in 0..<count { h.pointer[row * Self.hidden + 1] = 1 }
    let (means, samples) = (Tensor(count, machine.visible), Tensor(count, machine.visible))
    let ids = (0..<count).map { UInt32($0) }
    machine.sampleVisible(
      h, means: means, samples: samples, stream: RandomStream(seed: 1, purpose: .gibbs), ids: ids)
    let fields = (0..<Self.classes).map { k in
      Double(machine.weights.pointer[machine.visible + Self.units + k])
        + Double(machine.visibleBias.pointer[Self.units + k])
    }
    for k in 0..<Self.classes {
      let share = exp(fields[k] - logSumExp(fields))
      var seen = 0.0
      for row in 0..<count {
        let group = samples.pointer + row * machine.visible + Self.units
        if k == 0 { #expect((0..<Self.classes).reduce(0) { $0 + group[$1] } == 1) }
        seen += Double(group[k])
      }
      #expect(abs(Double(means.pointer[Self.units + k]) - share) < 1e-6)
      // Four standard deviations.
      #expect(
        abs(seen / Double(count) - share) < 4 * (share * (1 - share) / Double(count)).squareRoot())
    }
  }
}
