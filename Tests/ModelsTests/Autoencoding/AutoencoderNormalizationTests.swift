import Autograd
import Layers
import Models
import Objectives
import Tensors
import TestSupport
import Testing

@Suite("Batch norm in autoencoders") struct AutoencoderNormalizationTests {
  private static func options(_ group: BatchNorm.Group) -> AutoencoderOptions {
    AutoencoderOptions(
      encoder: [
        dense(5, .none), LayerDescription(.batchNorm(group: group), activation: .tanh), dense(3),
      ],
      decoder: [dense(5), LayerDescription(.batchNorm(group: group)), dense(6)])
  }

  @Test("running statistics follow training, and are what evaluation takes")
  func running() throws {
    let model = try Autoencoder(Self.options(.shard), sample: [6], seed: 1)
    #expect(
      model.states.running.layout.slices.map(\.name) == [
        "encoder/1/running_mean", "encoder/1/running_variance", "decoder/1/running_mean",
        "decoder/1/running_variance",
      ])
    let start = model.states.running.flat.elements
    let views = AutoencoderViews(model, seed: 1)
    let x = samples(9, 6)
    let before = views.codes(x).elements
    let steps = TapeSteps(model, seed: 1, rows: [5, 4])
    try steps.run(x, labels: Array(repeating: 0, count: 9), step: 0)
    #expect(zip(model.states.running.flat.elements, start).allSatisfy { $0 != $1 })
    #expect(views.codes(x).elements != before)
    // No sample depends on those that are evaluated with it.
    #expect(views.codes(x.rows(0..<2)).elements == Array(views.codes(x).elements.prefix(6)))
    #expect(views.reconstructions(x).isFinite)
  }

  @Test("evaluation", arguments: NormalizationStatistics.allCases)
  func evaluation(source: NormalizationStatistics) throws {
    var options = Self.options(.global)
    options.normalization = source
    let model = try Autoencoder(options, sample: [6], seed: 1)
    let evaluator = AutoencoderEvaluator(model)
    let steps = TapeSteps(model, seed: 1, rows: [5, 4])
    try steps.run(samples(9, 6), labels: Array(repeating: 0, count: 9), step: 0)
    var sums = [Double](repeating: 0, count: evaluator.width)
    for shard in steps.batch.shards { evaluator.accumulate(shard, split: .test, into: &sums) }
    #expect(sums[0] > 0 && sums[1] > 0)
  }

  @Test("a group of all shards is one group, however the batch is cut")
  func global() throws {
    func step(_ rows: [Int]) throws -> (gradients: [Float], states: [Float]) {
      let model = try Autoencoder(Self.options(.global), sample: [6], seed: 1)
      let steps = TapeSteps(model, seed: 1, rows: rows)
      try steps.run(samples(9, 6), labels: Array(repeating: 0, count: 9), step: 0)
      return (steps.gradients.flatMap(\.values), model.states.running.flat.elements)
    }
    let (whole, cut) = (try step([9]), try step([4, 0, 3, 2]))
    expectClose(cut.gradients, whole.gradients.map(Double.init), "gradients")
    expectClose(cut.states, whole.states.map(Double.init), "statistics")
  }

  @Test("a classifier takes the encoder's statistics over, and keeps its own")
  func classifier() throws {
    let start = try Autoencoder(Self.options(.global), sample: [6], seed: 1)
    start.states.running["encoder/1/running_mean"].fill(0.25)
    let model = CodeClassifier(start, classes: 3, seed: 1, firstNumber: 9)
    #expect(
      model.states.running.layout.slices.map(\.name) == [
        "encoder/1/running_mean", "encoder/1/running_variance",
      ])
    #expect(
      model.states.running["encoder/1/running_mean"].elements == [0.25, 0.25, 0.25, 0.25, 0.25])
    let steps = TapeSteps(model, seed: 1, rows: [5, 4])
    try steps.run(samples(9, 6), labels: (0..<9).map { Int32($0 % 3) }, step: 0)
    #expect(model.states.running["encoder/1/running_mean"].elements[0] != 0.25)
    #expect(start.states.running["encoder/1/running_mean"].elements[0] == 0.25)
    let evaluator = CodeClassifierEvaluator(model)
    var sums = [Double](repeating: 0, count: evaluator.width)
    for shard in steps.batch.shards { evaluator.accumulate(shard, split: .test, into: &sums) }
    #expect(sums[0] > 0 && sums[0].isFinite)
  }

  @Test("a contraction by the tape takes each sample for a function of itself")
  func contraction() {
    var options = Self.options(.shard)
    options.contraction = Contraction(weight: 1)
    let error = #expect(throws: LayerError.self) {
      try Autoencoder(options, sample: [6], seed: 1)
    }
    #expect(error?.layer == "encoder/1" && error?.found == "batch norm")
  }

  @Test("a batch of one sample in all leaves nothing", arguments: [BatchNorm.Group.shard, .global])
  func single(group: BatchNorm.Group) throws {
    var options = Self.options(group)
    options.normalization = .standing
    let model = try Autoencoder(options, sample: [6], seed: 1)
    let steps = TapeSteps(model, seed: 1, rows: [0, 1])
    let start = model.states.running.flat.elements
    try steps.run(samples(1, 6), labels: [0], step: 0)
    #expect(steps.sums.isFinite)
    #expect(model.states.running.flat.elements == start)
    #expect(steps.sums.elements.suffix(model.states.statistics.count).allSatisfy { $0 == 0 })
  }
}
