import Autograd
import Layers
import Tensors
import TestSupport
import Testing

@Suite("Layers give PyTorch's values and gradients")
struct LayerTests {
  private static let one: [(String, LayerDescription)] = [
    ("dense", .init(.dense(5))),
    ("dense sigmoid", .init(.dense(5), activation: .sigmoid)),
    ("dense softplus", .init(.dense(5), activation: .softplus)),
    (
      "convolution",
      .init(
        .convolution(
          channels: 5, kernel: Pair(3, 2),
          Sliding(stride: Pair(2, 1), padding: 1, dilation: 2)))
    ),
    (
      "transposed convolution",
      .init(.transposedConvolution(channels: 2, kernel: 4, Sliding(stride: 2, padding: 1)))
    ),
    ("batch norm", .init(.batchNorm())),
    ("batch norm of images", .init(.batchNorm())),
    ("layer norm", .init(.layerNorm())),
    ("layer norm of sequences", .init(.layerNorm())),
    ("max pool", .init(.maxPool(3, stride: 2, padding: 1))),
    ("average pool", .init(.averagePool(Pair(2, 3)))),
    ("lstm", .init(.lstm(4))),
    ("lstm last", .init(.lstm(4, .last))),
    ("gru", .init(.gru(4))),
    ("gru last", .init(.gru(4, .last))),
  ]

  @Test("one layer", arguments: one.indices)
  func single(index: Int) throws {
    let (name, description) = Self.one[index]
    let shape = try #require(LayerCase.all[name]).x
    let stack = try Sequential(name: "net", [description], input: Array(shape.dropFirst()))
    #expect([shape[0]] + stack.outputShape == LayerCase.all[name]!.shape)
    try Recording(stack, shape).check(name)
  }

  @Test("an embedding")
  func embedding() throws {
    let samples = Tensor(shape: [2, 4], elements: (0..<8).map { Float(($0 * 5 + 1) % 6) })
    let stack = try Sequential(name: "net", [.init(.embedding(count: 6, width: 3))], input: [4])
    try Recording(stack, [2, 4]).check("embedding", samples: samples)
  }

  @Test("batch norm keeps running statistics and uses them in evaluation")
  func batchNorm() throws {
    let shape = [4, 3, 3, 2]
    let stack = try Sequential(name: "net", [.init(.batchNorm())], input: [3, 3, 2])
    let training = Recording(stack, shape)
    let sums = training.context.statistics
    #expect(
      sums.map(\.name) == (stack.layers[0] as? BatchNorm)?.statistics.map(\.name))
    let program = training.run(sums.map(\.value))
    let values = sums.flatMap { program.value($0.value).elements }
    let norm = try #require(stack.layers[0] as? BatchNorm)
    let states = ParameterSet.states(of: stack.layers)
    norm.updateRunning(
      mean: states["net/0/running_mean"], variance: states["net/0/running_variance"], sums: values)
    let expected = try #require(LayerCase.all["batch norm of images"]).states
    expectClose(states["net/0/running_mean"].elements, expected[0], "running mean")
    expectClose(states["net/0/running_variance"].elements, expected[1], "running variance")

    let variance = Tensor(shape: [3], elements: numbers(31, [3]).elements.map { $0 + 1 })
    try Recording(
      stack, shape,
      states: ["net/0/running_mean": numbers(30, [3]), "net/0/running_variance": variance]
    ).check("batch norm evaluated")
  }

  @Test("stacks with losses")
  func stacks() throws {
    let classifier = try Sequential(
      name: "classifier",
      [
        .init(
          .convolution(channels: 3, kernel: 4, Sliding(stride: 2, padding: 1)), hasBias: false),
        .init(.batchNorm(), activation: .leakyRelu(slope: 0.2)), .init(.flatten),
        .init(.dense(5), activation: .tanh), .init(.dense(4)),
      ], input: [2, 6, 6])
    try Recording(classifier, [3, 2, 6, 6]) { y, x in
      y.softmaxCrossEntropy(x.tape.constant(Tensor(shape: [3], elements: [1, 2, 3]))).total
    }.check("stack with cross-entropy")

    let decoder = try Sequential(
      name: "decoder",
      [
        .init(.dense(16), activation: .relu), .init(.reshape([4, 2, 2])),
        .init(
          .transposedConvolution(channels: 3, kernel: 4, Sliding(stride: 2, padding: 1)),
          activation: .elu(alpha: 1.5)),
        .init(
          .transposedConvolution(
            channels: 1, kernel: 3, Sliding(stride: 2, padding: 1), outputPadding: 1),
          activation: .sigmoid),
      ], input: [7])
    #expect(decoder.outputShape == [1, 8, 8])
    try Recording(decoder, [3, 7]).check("decoder")
  }

  @Test("losses")
  func losses() throws {
    let stack = try Sequential(name: "net", [.init(.dense(6))], input: [6])
    try Recording(stack, [4, 6]) { y, x in
      y.bernoulliCrossEntropyRows(x.affine(1, 0.5).stopped).total
    }.check("Bernoulli loss")
    try Recording(stack, [4, 6]) { y, x in
      let logVariance = x.tape.constant(Tensor(shape: [1], elements: [0.6931472]))
      return y.gaussianNegativeLogLikelihood(x, logVariance: logVariance).total
    }.check("Gaussian loss")
  }
}
