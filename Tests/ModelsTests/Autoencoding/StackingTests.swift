import Autograd
import Foundation
import Models
import Objectives
import Tensors
import TestSupport
import Testing

@Suite("Stacks of models") struct StackingTests {
  private func machine(_ units: UnitKind, visible: Int = 6, hidden: Int = 4)
    -> RestrictedBoltzmannMachine
  {
    let machine = RestrictedBoltzmannMachine(
      visible: visible, hidden: hidden, hiddenUnits: units, prefix: "top/")
    machine.parameters.fillWithNumbers()
    return machine
  }

  @Test("linear hidden units have means b + Wx, and noise of variance 1 by index")
  func gaussianUnits() {
    let machine = machine(.gaussian(.unit))
    let x = samples(3, 6)
    let (means, draws) = (Tensor(3, 4), Tensor(3, 4))
    machine.hiddenMeans(x, into: means)
    let (w, b) = (machine.parameters["top/weights"], machine.parameters["top/hidden_bias"])
    for row in 0..<3 {
      for unit in 0..<4 {
        let expected = (0..<6).reduce(b.pointer[unit]) {
          $0 + w.pointer[unit * 6 + $1] * x.pointer[row * 6 + $1]
        }
        #expect(abs(means.pointer[row * 4 + unit] - expected) < 1e-5)
      }
    }
    var (sum, squares) = (0.0, 0.0)
    let stream = RandomStream(seed: 8, purpose: .gibbs)
    for draw in 0..<2000 {
      machine.sampleHidden(
        x, means: means, samples: draws, stream: stream.at(step: draw), ids: [4, 7, 9])
      for i in 0..<12 {
        let noise = Double(draws.pointer[i] - means.pointer[i])
        sum += noise
        squares += noise * noise
      }
    }
    #expect(abs(sum / 24000) < 0.03 && abs(squares / 24000 - 1) < 0.04)
    // Row 1 draws as sample 7, wherever it stands.
    let (oneMean, one) = (Tensor(1, 4), Tensor(1, 4))
    machine.sampleHidden(
      x.rows(1..<2), means: oneMean, samples: one, stream: stream.at(step: 1999), ids: [7])
    #expect(zip(one.elements, draws.rows(1..<2).elements).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  /// −log ∫ exp(−E(x, h)) dh by Simpson's rule, up to a constant: the hidden units of one x are independent.
  private func freeEnergy(_ machine: RestrictedBoltzmannMachine, _ x: [Float]) -> Double {
    let (w, b, c) = (
      machine.parameters["top/weights"], machine.parameters["top/hidden_bias"],
      machine.parameters["top/visible_bias"]
    )
    var energy = -(0..<6).reduce(0.0) { $0 + Double(c.pointer[$1]) * Double(x[$1]) }
    for unit in 0..<4 {
      let field = (0..<6).reduce(Double(b.pointer[unit])) {
        $0 + Double(w.pointer[unit * 6 + $1]) * Double(x[$1])
      }
      let (steps, width) = (4000, 0.01)
      let integral = (0...steps).reduce(0.0) { sum, i in
        let h = (Double(i) - Double(steps) / 2) * width
        let weight = i == 0 || i == steps ? 1.0 : (i % 2 == 0 ? 2 : 4)
        return sum + weight * exp(-0.5 * h * h + field * h) * width / 3
      }
      energy -= log(integral) - 0.5 * log(2 * .pi)
    }
    return energy
  }

  @Test("the free energy of linear hidden units is the integral's")
  func gaussianFreeEnergy() {
    let machine = machine(.gaussian(.unit))
    let x = samples(3, 6)
    let evaluator = RBMEvaluator(machine)
    evaluator.begin()
    let batch = Batch(shards: 0..<1, width: 6) { _ in 3 }
    batch.shards[0].samples.assign(x)
    var sums = [Double](repeating: 0, count: evaluator.width)
    evaluator.accumulate(batch.shards[0], split: .test, into: &sums)
    let expected = (0..<3).reduce(0.0) { $0 + freeEnergy(machine, x.rows($1..<$1 + 1).elements) }
    #expect(abs(sums[1] - expected) < 1e-5 * abs(expected), "\(sums[1]), not \(expected)")
  }

  @Test("machines of several layers start with other weights")
  func rounds() {
    let machines = (0..<2).map { round in
      let machine = RestrictedBoltzmannMachine(visible: 6, hidden: 4)
      machine.initialize(seed: 1, deviation: 0.1, round: round)
      return machine.parameters.flat.elements
    }
    #expect(machines[0] != machines[1])
    let first = RestrictedBoltzmannMachine(visible: 6, hidden: 4)
    first.initialize(seed: 1, deviation: 0.1)
    #expect(first.parameters.flat.elements == machines[0])
  }

  @Test("training on codes is training on samples that are the codes", arguments: [1, 3, 12])
  func encodedObjective(shards: Int) throws {
    let below = machine(.bernoulli)
    let map = SampleMap(hiddenMeansOf: below)
    let x = samples(10, 6)
    let labels = (0..<10).map { Int32($0 % 2) }
    func step(_ samples: Tensor, _ make: (any Objective) -> any Objective) throws -> TapeStep {
      let start = try Autoencoder(
        .init(encoder: [dense(3)], corruption: .mask(share: 0.4)), sample: [4], seed: 2)
      let model = TapeObjective(start, seed: 6)
      return TapeStep(make(model), samples: samples, labels: labels, shards: shards)
    }
    let encoded = try step(x) { EncodedObjective($0, on: map) }.run(step: 3)
    let direct = try step(map(x)) { $0 }.run(step: 3)
    expectClose(encoded.gradients, direct.gradients.map(Double.init), "gradients")
    expectClose(encoded.metrics.map { Float($0) }, direct.metrics, "metrics")
    let plain = try Autoencoder(.init(encoder: [dense(3)]), sample: [4], seed: 2)
    let classifier = TapeObjective(
      CodeClassifier(plain, classes: 2, seed: 1, firstNumber: 9), seed: 1)
    let wrong = try TapeStep(
      EncodedObjective(classifier, on: map), samples: x, labels: labels, shards: shards
    ).run()
    // All logits are 0 at first: log 2 a sample, and the first class for all.
    #expect(abs(wrong.metrics[0] - 10 * log(2)) < 1e-4 && wrong.metrics[1] == 500)
  }

  @Test("a short batch after a long one leaves nothing of it")
  func shortBatch() throws {
    let map = SampleMap(hiddenMeansOf: machine(.bernoulli))
    let model = try Autoencoder(.init(encoder: [dense(3)]), sample: [4], seed: 2)
    let step = TapeStep(
      EncodedObjective(TapeObjective(model, seed: 6), on: map), samples: samples(10, 6), shards: 2)
    _ = try step.run()
    step.batch.setRows(2, at: 0)
    step.batch.setRows(0, at: 1)
    step.batch.globalCount = 2
    let direct = TapeStep(
      TapeObjective(model, seed: 6), samples: map(samples(10, 6).rows(0..<2)), shards: 1)
    expectClose(try step.run().gradients, try direct.run().gradients.map(Double.init), "two rows")
  }

  @Test("evaluation of codes")
  func encodedEvaluator() throws {
    let map = SampleMap(hiddenMeansOf: machine(.bernoulli))
    let model = try Autoencoder(.init(encoder: [dense(3)]), sample: [4], seed: 2)
    let x = samples(7, 6)
    func sums(_ evaluator: any Evaluator, _ samples: Tensor) -> [Float] {
      var sums = [Double](repeating: 0, count: evaluator.width)
      let step = TapeStep(TapeObjective(model, seed: 1), samples: samples, shards: 2)
      for shard in step.batch.shards { evaluator.accumulate(shard, split: .test, into: &sums) }
      return sums.map { Float($0) }
    }
    let direct = AutoencoderEvaluator(model)
    let encoded = EncodedEvaluator(direct, on: map)
    #expect(encoded.width == direct.width && encoded.criterion?.name == "squared_error")
    expectClose(sums(encoded, x), sums(direct, map(x)).map(Double.init), "sums")
    // A map that draws does so by the samples' places, alike in every evaluation.
    let drawing = SampleMap(upThrough: BeliefLayer(machine(.bernoulli)), drawsFrom: 5)
    let drawn = drawing(x, draws: SampleMap.Draws(step: 0, ids: (0..<UInt32(7)).map { $0 }))
    #expect(drawn.elements.allSatisfy { $0 == 0 || $0 == 1 })
    for _ in 0..<2 {
      let evaluator = EncodedEvaluator(direct, on: drawing)
      expectClose(sums(evaluator, x), sums(direct, drawn).map(Double.init), "sums of draws")
    }
  }

  @Test("a machine unrolled gives its own reconstructions", arguments: [true, false])
  func unrolled(isTied: Bool) throws {
    let (first, second) = (machine(.bernoulli), machine(.gaussian(.unit), visible: 4, hidden: 2))
    let model = try Autoencoder(
      .init(encoder: [dense(4), dense(2, .none)], isTied: isTied), sample: [6], seed: 1)
    model.unroll(first, layer: 0)
    model.unroll(second, layer: 1)
    let map = SampleMap(hiddenMeansOf: first).then(SampleMap(hiddenMeansOf: second))
      .then(SampleMap(visibleMeansOf: second)).then(SampleMap(visibleMeansOf: first))
    let x = samples(5, 6)
    expectClose(
      AutoencoderViews(model, seed: 1).reconstructions(x).elements,
      map(x).elements.map(Double.init), "unrolled")
  }
}
