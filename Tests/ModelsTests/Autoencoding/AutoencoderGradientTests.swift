import Autograd
import Layers
import Models
import Objectives
import Tensors
import TestSupport
import Testing

@Suite("Gradients of autoencoders") struct AutoencoderGradientTests {
  private func step(
    _ options: AutoencoderOptions, rows: Int = 9, width: Int = 6, shards: Int = 1
  ) throws -> TapeStep {
    let model = try Autoencoder(options, sample: [width], seed: 4)
    model.parameters.fillWithNumbers()
    return TapeStep(
      TapeObjective(model, seed: 5), samples: samples(rows, width), shards: shards)
  }

  @Test("the closed form of the contraction is the tape's", arguments: [true, false])
  func contractionForms(isTied: Bool) throws {
    let found = try [Contraction.Form.closed, .tape].map { form in
      // Over-complete: 11 units of 6 values.
      try step(
        .init(
          encoder: [dense(11)], isTied: isTied, contraction: Contraction(weight: 0.7, form: form))
      ).run()
    }
    #expect(found[0].metrics[2] > 0.1)
    expectClose(
      found[1].metrics.map { Float($0) }, found[0].metrics, "values", tolerance: 1e-5)
    expectClose(found[1].gradients, found[0].gradients.map(Double.init), "gradients")
  }

  @Test("contraction of any encoder", arguments: [Activation.tanh, .softplus])
  func contraction(activation: Activation) throws {
    let options = AutoencoderOptions(
      encoder: [dense(5, activation), dense(3, activation)], isTied: true, loss: .squared,
      contraction: Contraction(weight: 0.5))
    try expectGradient(step(options), "contraction")
  }

  @Test("corruption keeps its draws while parameters move")
  func corruption() throws {
    for corruption in [Corruption.mask(share: 0.3), .gaussian(deviation: 0.2)] {
      let options = AutoencoderOptions(
        encoder: [dense(5), dense(8, .tanh)], corruption: corruption,
        contraction: Contraction(weight: 0.2))
      try expectGradient(step(options, shards: 2), "\(corruption)")
    }
  }

  @Test("magnitude of codes")
  func magnitude() throws {
    let options = AutoencoderOptions(
      encoder: [dense(9, .tanh)], loss: .squared, sparsity: .magnitude(weight: 0.4))
    let step = try step(options)
    let model = (step.objective as! TapeObjective).model as! Autoencoder
    // Units of both signs, away from 0, where the magnitude has an edge.
    let biases = (0..<9).map { Float($0 % 2 == 0 ? 2 : -2) }
    model.parameters["encoder/0/bias"].assign(Tensor(shape: [9], elements: biases))
    try expectGradient(step, "l1")
    let codes = AutoencoderViews(model, seed: 1).codes(samples(9, 6)).elements
    let expected = codes.reduce(0.0) { $0 + Double(abs($1)) } * 0.4
    #expect(abs(try step.run().metrics[2] - expected) < 1e-4)
  }

  @Test(
    "divergence of mean activities, of a shard's or all samples",
    arguments: [Sparsity.Group.shard, .global], [1, 4])
  func divergence(group: Sparsity.Group, shards: Int) throws {
    // With 4 shards of 9 samples, shards differ in size.
    let options = AutoencoderOptions(
      encoder: [dense(7)], sparsity: .divergence(weight: 2, target: 0.1, group: group))
    let step = try step(options, shards: shards)
    try expectGradient(step, "kl \(group)")
  }

  @Test("the divergence of all samples does not depend on shards, that of shards does")
  func groups() throws {
    func loss(_ group: Sparsity.Group, _ shards: Int) throws -> (
      gradients: [Float], metrics: [Double]
    ) {
      try step(
        .init(encoder: [dense(7)], sparsity: .divergence(weight: 2, target: 0.1, group: group)),
        shards: shards
      ).run()
    }
    let (one, four) = (try loss(.global, 1), try loss(.global, 4))
    #expect(abs(one.metrics[2] - four.metrics[2]) < 1e-4 * one.metrics[2])
    expectClose(four.gradients, one.gradients.map(Double.init), "global")
    let apart = try loss(.shard, 4)
    #expect(apart.metrics[2] > one.metrics[2] * 1.0001)
    // 9 samples on 12 shards: some are empty.
    let twelve = try loss(.global, 12)
    expectClose(twelve.gradients, one.gradients.map(Double.init), "empty shards")
    #expect(try loss(.shard, 12).metrics[2].isFinite)
  }

  @Test("classification of codes")
  func classification() throws {
    let start = try Autoencoder(.init(encoder: [dense(5), dense(4)]), sample: [6], seed: 2)
    start.parameters.fillWithNumbers()
    let model = CodeClassifier(start, classes: 3, seed: 2, firstNumber: 50)
    for slice in start.parameters.layout.slices where slice.name.hasPrefix("encoder/") {
      #expect(model.parameters[slice.name].elements == start.parameters[slice.name].elements)
    }
    // Large enough for the loss to have a slope.
    let weights = numbers(3, [3, 4])
    weights.scale(by: 8)
    model.parameters["classifier/weights"].assign(weights)
    let labels = (0..<9).map { Int32($0 % 3) }
    let step = TapeStep(
      TapeObjective(model, seed: 2), samples: samples(9, 6), labels: labels, shards: 2)
    try expectGradient(step, "classifier")
    // All are taken for class 1 when its bias is large: two in three are wrong.
    model.parameters["classifier/bias"].assign(Tensor(shape: [3], elements: [0, 50, 0]))
    #expect(try step.run().metrics[1] == 600)
  }

  @Test("stacks that do not fit are refused by the layer's name")
  func refused() {
    func error(_ options: AutoencoderOptions, sample: [Int] = [6]) -> String {
      do {
        _ = try Autoencoder(options, sample: sample, seed: 1)
        return ""
      } catch { return "\(error)" }
    }
    let short = error(.init(encoder: [dense(4)], decoder: [dense(5), dense(7)]))
    #expect(
      short == "layer decoder/1: expected 6 outputs, as many as a sample has values, found 7")
    let untied = error(
      .init(encoder: [dense(4), dense(3)], decoder: [dense(5), dense(6)], isTied: true))
    #expect(untied.hasPrefix("layer decoder/0: expected a dense layer from 3 to 4"))
    #expect(untied.hasSuffix("found one from 3 to 5"))
    let longer = error(
      .init(encoder: [dense(4)], decoder: [dense(6), dense(6)], isTied: true))
    #expect(longer.hasPrefix("layer decoder/1: expected the 1 layers that mirror"))
    let images = error(
      .init(encoder: [LayerDescription(.convolution(channels: 2, kernel: 2)), dense(3)]),
      sample: [1, 2, 3])
    #expect(images.hasPrefix("layer encoder/0: expected dense layers alone"))
    #expect(error(.init(encoder: [dense(0)])).hasPrefix("layer encoder/0: expected a size"))
    let linear = error(
      .init(
        encoder: [dense(3, .none)],
        sparsity: .divergence(weight: 1, target: 0.1, group: .shard)))
    #expect(linear.hasPrefix("layer encoder/0: expected sigmoid units"))
    let deep = error(
      .init(encoder: [dense(3), dense(3)], contraction: Contraction(weight: 1, form: .closed)))
    #expect(deep.contains("for a contraction of form closed, found 2 layers"))
  }

  @Test("convolutional stacks, dropout, and tied stacks given explicitly")
  func stacks() throws {
    let model = try Autoencoder(.convolutional, sample: [1, 4, 4], seed: 3)
    try expectGradient(
      TapeStep(TapeObjective(model, seed: 1), samples: samples(4, 16)), "convolutional")
    let implicit = try step(
      .init(encoder: [dense(5), LayerDescription(.dropout(0)), dense(3)], isTied: true))
    let explicit = try step(
      .init(encoder: [dense(5), dense(3)], decoder: [dense(5), dense(6)], isTied: true))
    #expect(try implicit.run().gradients == explicit.run().gradients)
  }
}
