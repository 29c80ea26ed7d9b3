import Autograd
import Foundation
import Layers
import Models
import Objectives
import Tensors
import TestSupport
import Testing

/// What `Fixtures/autoencoders.py` writes of a model.
private struct Reference: Decodable {
  let loss: Double
  let error: Double
  let penalty: Double
  let y: [Double]
  let gradients: [[Double]]

  static let all: [String: Reference] = try! fixture("../Fixtures/autoencoders.json")
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
    "sparse, magnitude": .init(
      encoder: [dense(9, .tanh)], loss: .squared, sparsity: .magnitude(weight: 0.4)),
    "sparse, divergence": .init(
      encoder: [dense(9, .tanh), dense(6)],
      sparsity: .divergence(weight: 2, target: 0.1, group: .global)),
    // The script has the mask that is drawn from seed 1 at step 0.
    "denoising": .init(encoder: [dense(6), dense(4)], corruption: .mask(share: 0.4)),
    "convolutional": .convolutional,
  ]

  /// The model with the script's parameters.
  private func model(_ name: String) throws -> Autoencoder {
    let sample = name == "convolutional" ? [1, 4, 4] : [7]
    let model = try Autoencoder(Self.models[name]!, sample: sample, seed: 1)
    model.parameters.fillWithNumbers()
    return model
  }

  @Test("loss and gradients", arguments: models.keys.sorted(), [1, 3])
  func gradients(name: String, shards: Int) throws {
    let expected = try #require(Reference.all[name])
    let model = try model(name)
    let step = TapeStep(
      TapeObjective(model, seed: 1), samples: samples(5, model.sampleWidth), shards: shards)
    let (gradients, metrics) = try step.run()
    expectClose([Float(metrics[0]), Float(metrics[1])], [expected.loss, expected.error], name)
    #expect((metrics.count > 2) == (expected.penalty > 0))
    if metrics.count > 2 {
      expectClose([Float(metrics[2])], [expected.penalty], "\(name), penalty")
    }
    expectGradients(gradients, of: model, expected, name)
  }

  private func expectGradients(
    _ gradients: [Float], of model: any TapeModel, _ expected: Reference, _ name: String
  ) {
    let slices = model.parameters.layout.slices
    #expect(slices.count == expected.gradients.count)
    for (slice, values) in zip(slices, expected.gradients) {
      expectClose(Array(gradients[slice.range]), values, "\(name), \(slice.name)")
    }
  }

  @Test("a classifier of codes", arguments: [1, 3])
  func classifier(shards: Int) throws {
    let expected = try #require(Reference.all["classifier"])
    let start = try Autoencoder(.init(encoder: [dense(6), dense(4)]), sample: [7], seed: 1)
    let model = CodeClassifier(start, classes: 3, seed: 1, firstNumber: 50)
    model.parameters.fillWithNumbers()
    let step = TapeStep(
      TapeObjective(model, seed: 1), samples: samples(5, 7),
      labels: (0..<5).map { Int32($0 % 3) }, shards: shards)
    let (gradients, metrics) = try step.run()
    expectClose([Float(metrics[0]), Float(metrics[1])], [expected.loss, expected.error], "loss")
    expectGradients(gradients, of: model, expected, "classifier")
  }

  /// Evaluation is of clean samples, so the denoising one has no numbers of its own here.
  @Test(
    "reconstructions and evaluation",
    arguments: models.filter { $0.value.corruption == nil }.keys.sorted())
  func evaluation(name: String) throws {
    let expected = try #require(Reference.all[name])
    let model = try model(name)
    let x = samples(5, model.sampleWidth)
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
