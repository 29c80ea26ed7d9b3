import Autograd
import Foundation
import Models
import Objectives
import Tensors
import Testing

/// What `Fixtures/autoencoders.py` writes of a model.
private struct Reference: Decodable {
  let loss: Double
  let error: Double
  let contraction: Double
  let y: [Double]
  let gradients: [[Double]]

  static let all: [String: Reference] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Fixtures/autoencoders.json")
    return try! JSONDecoder().decode([String: Reference].self, from: Data(contentsOf: file))
  }()
}

@Suite("Autoencoders against PyTorch") struct AutoencoderReferenceTests {
  private static let models: [String: AutoencoderOptions] = [
    "deep bernoulli": .init(encoder: [dense(6), dense(5), dense(3, .none)]),
    "deep squared": .init(
      encoder: [dense(6, .tanh), dense(5, .tanh), dense(3, .none)], loss: .squared),
    "squared sigmoid": .init(
      encoder: [dense(6), dense(3)], loss: .squared, output: .sigmoid),
    "tied": .init(encoder: [dense(6), dense(4)], isTied: true),
    "contractive": .init(
      encoder: [dense(9)], isTied: true, contraction: Contraction(weight: 0.3)),
    "deep contractive": .init(
      encoder: [dense(6, .tanh), dense(4)], loss: .squared, contraction: Contraction(weight: 0.2)),
  ]

  @Test("loss and gradients", arguments: models.keys.sorted(), [1, 3])
  func gradients(name: String, shards: Int) throws {
    let expected = try #require(Reference.all[name])
    let model = try Autoencoder(Self.models[name]!, sample: [7], seed: 1)
    model.parameters.fillWithNumbers()
    let step = TapeStep(TapeObjective(model, seed: 1), samples: samples(5, 7), shards: shards)
    let (gradients, metrics) = try step.run()
    expectClose([Float(metrics[0]), Float(metrics[1])], [expected.loss, expected.error], name)
    if model.options.contraction != nil {
      expectClose([Float(metrics[2])], [expected.contraction], "\(name), contraction")
    }
    let slices = model.parameters.layout.slices
    #expect(slices.count == expected.gradients.count)
    for (slice, values) in zip(slices, expected.gradients) {
      expectClose(Array(gradients[slice.range]), values, "\(name), \(slice.name)")
    }
  }

  @Test("reconstructions and evaluation", arguments: models.keys.sorted())
  func evaluation(name: String) throws {
    let expected = try #require(Reference.all[name])
    let model = try Autoencoder(Self.models[name]!, sample: [7], seed: 1)
    model.parameters.fillWithNumbers()
    let x = samples(5, 7)
    let views = AutoencoderViews(model, seed: 1)
    let isBernoulli = model.options.loss == .bernoulli
    expectClose(
      views.reconstructions(x).elements,
      expected.y.map { isBernoulli ? 1 / (1 + exp(-$0)) : $0 }, name)
    let evaluator = AutoencoderEvaluator(model)
    evaluator.begin()
    var sums = [Double](repeating: 0, count: evaluator.width)
    let step = TapeStep(TapeObjective(model, seed: 1), samples: x, shards: 2)
    for shard in step.batch.shards { evaluator.accumulate(shard, split: .test, into: &sums) }
    let results = evaluator.results(test: EvaluationSums(sums: sums, count: 5), train: nil)
    let values = Dictionary(uniqueKeysWithValues: results.map { ($0.name, $0.value) })
    expectClose([Float(values["loss"]!)], [expected.loss / 5], name)
    expectClose([Float(values["squared_error"]!)], [expected.error / 5], name)
    #expect((values["cross_entropy"] != nil) == isBernoulli)
  }
}
