import Autograd
import Foundation
import Layers
import Models
import Objectives
import Tensors
import TestSupport
import Testing

/// Whole models against PyTorch with the same parameters, samples and noise.
@Suite("Variational autoencoders")
struct VariationalTests {
  private static let encoder = [LayerDescription(.dense(5), activation: .tanh)]
  private static let decoder = [
    LayerDescription(.dense(4), activation: .relu), LayerDescription(.dense(6)),
  ]
  private static let half = Sliding(stride: 2, padding: 1)
  private static let images = VariationalOptions(
    latent: 3,
    encoder: [
      .init(.convolution(channels: 3, kernel: 4, half), activation: .tanh),
      .init(.convolution(channels: 2, kernel: 3, Sliding(padding: 1)), activation: .tanh),
    ],
    decoder: [
      .init(.dense(18), activation: .tanh), .init(.reshape([2, 3, 3])),
      .init(.transposedConvolution(channels: 1, kernel: 4, half)),
    ])

  private static func normalized(_ group: BatchNorm.Group) -> VariationalOptions {
    VariationalOptions(
      latent: 3,
      encoder: [
        .init(.convolution(channels: 3, kernel: 4, half), hasBias: false),
        .init(.batchNorm(group: group, momentum: 0.2), activation: .relu),
      ],
      decoder: [
        .init(.dense(8)), .init(.batchNorm(group: group, epsilon: 1e-3), activation: .tanh),
        .init(.dense(36)),
      ])
  }

  private static func dense(_ change: (inout VariationalOptions) -> Void) -> VariationalOptions {
    var options = VariationalOptions(latent: 3, encoder: encoder, decoder: decoder)
    change(&options)
    return options
  }

  /// Options by the fixture's name, with the shape of a sample and the rows of each shard.
  private static let cases: [(String, VariationalOptions, [Int], [Int])] = [
    ("bernoulli", dense { _ in }, [6], [7]),
    ("bernoulli", dense { _ in }, [6], [3, 0, 4]),
    (
      "gaussian",
      dense {
        $0.likelihood = .gaussian
        $0.variance = .fixed(0.3)
      }, [6], [2, 5]
    ),
    (
      "gaussian, learned variance",
      dense {
        $0.likelihood = .gaussian
        $0.variance = .learned
      }, [6], [7]
    ),
    ("conditional", dense { $0.classes = 4 }, [6], [4, 3]),
    ("importance-weighted", dense { $0.importanceSamples = 5 }, [6], [7]),
    ("convolutional", images, [1, 6, 6], [2, 3]),
    (
      "convolutional, conditional",
      {
        var options = images
        options.classes = 2
        return options
      }(), [1, 6, 6], [5]
    ),
  ]

  private static func model(
    _ options: VariationalOptions, _ shape: [Int]
  ) throws -> VariationalAutoencoder {
    let model = try VariationalAutoencoder(options, sample: shape, seed: 1)
    for (item, slice) in model.parameters.layout.slices.enumerated() {
      model.parameters[slice.name].assign(numbers(10 + item, slice.shape))
    }
    return model
  }

  /// The samples, times a factor.
  private static func samples(_ rows: Int, _ shape: [Int], factor: Float = 1) -> Tensor {
    let samples = numbers(1, [rows, shape.reduce(1, *)])
    for i in 0..<samples.count { samples.pointer[i] = (samples.pointer[i] + 0.5) * factor }
    return samples
  }

  private static func labels(_ rows: Int, _ classes: Int?) -> [Int32] {
    (0..<rows).map { classes == nil ? -1 : Int32(($0 * 5 + 1) % classes!) }
  }

  private func check(_ steps: TapeSteps, _ expected: VariationalCase, _ name: String) {
    #expect(abs(steps.metric(0) - expected.loss) <= 1e-5 * abs(expected.loss), "\(name): loss")
    #expect(steps.gradients.count == expected.gradients.count, "\(name)")
    for ((parameter, values), gradient) in zip(steps.gradients, expected.gradients) {
      // The gradient of a bias before batch norm is zero, but for the rounding of terms near one.
      expectClose(values, gradient, "\(name), \(parameter)", floor: 5e-2)
    }
  }

  @Test("loss and gradients are PyTorch's, in any shards", arguments: cases.indices)
  func reference(place: Int) throws {
    let (name, options, shape, rows) = Self.cases[place]
    let steps = TapeSteps(try Self.model(options, shape), seed: 5, rows: rows)
    let count = rows.reduce(0, +)
    try steps.run(
      Self.samples(count, shape), labels: Self.labels(count, options.classes), step: 3)
    check(steps, try #require(VariationalCase.all[name]), name)
  }

  @Test(
    "batch norm over four steps is PyTorch's: running statistics, loss, gradients",
    arguments: [(.shard, [6]), (.global, [6]), (.global, [2, 0, 4]), (.global, [1, 5])]
      as [(BatchNorm.Group, [Int])])
  func batchNorm(group: BatchNorm.Group, rows: [Int]) throws {
    let expected = try #require(VariationalCase.all["batch norm"])
    let model = try Self.model(Self.normalized(group), [1, 6, 6])
    let steps = TapeSteps(model, seed: 5, rows: rows)
    for step in 0..<4 {
      try steps.run(
        Self.samples(6, [36], factor: Float(pow(0.5, Double(step)))), labels: Self.labels(6, nil),
        step: 3 + step)
    }
    check(steps, expected, "\(group), \(rows)")
    let states = steps.objective.replicatedState
    #expect(states.map(\.name) == model.states.running.layout.slices.map(\.name))
    for (state, values) in zip(states, expected.states) {
      expectClose(state.values.elements, values, state.name)
    }
  }

  /// A batch norm over each of two shards, and one over a shard of one value, by hand.
  @Test("shards' own moments enter the running ones by their size; one value says nothing")
  func shards() throws {
    let options = VariationalOptions(
      latent: 1, encoder: [.init(.batchNorm(momentum: 1))], decoder: [.init(.dense(2))])
    let model = try VariationalAutoencoder(options, sample: [2], seed: 1)
    let values: [Float] = [1, 9, 3, 5, 2, 0, 4, 4, 9, 8, 100, 200]
    let steps = TapeSteps(model, seed: 1, rows: [2, 3, 1, 0])
    try steps.run(
      Tensor(shape: [6, 2], elements: values), labels: Self.labels(6, nil), step: 0)
    #expect(steps.sums.isFinite)
    let columns = [[[1, 3], [2, 4, 9]], [[9, 5], [0, 4, 8]]] as [[[Double]]]
    for (channel, shards) in columns.enumerated() {
      let mean = shards.joined().reduce(0, +) / 5
      let variance = shards.reduce(0) { sum, shard in
        let own = shard.reduce(0, +) / Double(shard.count)
        let squares = shard.reduce(0) { $0 + ($1 - own) * ($1 - own) }
        return sum + squares / Double(shard.count - 1) * Double(shard.count)
      }
      let states = steps.objective.replicatedState.map { $0.values.pointer[channel] }
      #expect(abs(Double(states[0]) - mean) < 1e-5)
      #expect(abs(Double(states[1]) - variance / 5) < 1e-5)
    }
  }

  @Test("standing statistics are those of the batches they are taken from, whatever ran before")
  func standing() throws {
    func states(_ batches: [Float], _ normalization: NormalizationStatistics) throws -> [[Float]] {
      var options = Self.normalized(.global)
      options.normalization = normalization
      // The last statistics alone: all of the new, none of the old.
      if normalization == .running {
        options.encoder[1].kind = .batchNorm(group: .global, momentum: 1)
        options.decoder[1].kind = .batchNorm(group: .global, momentum: 1, epsilon: 1e-3)
      }
      let model = try Self.model(options, [1, 6, 6])
      let steps = TapeSteps(model, seed: 5, rows: [2, 4])
      var sums = [Double](repeating: 0, count: 2 * steps.objective.standingWidth)
      for factor in batches {
        try steps.run(
          Self.samples(6, [36], factor: factor), labels: Self.labels(6, nil), step: 3)
        guard normalization == .standing else { continue }
        try steps.objective.addStatistics(steps.batch, to: &sums, across: SoloSum(shards: 2))
      }
      if normalization == .standing {
        let width = steps.objective.standingWidth
        steps.objective.adoptStatistics((0..<width).map { sums[$0] + sums[width + $0] })
      }
      return model.states.evaluation.layout.slices.map {
        model.states.evaluation[$0.name].elements
      }
    }
    let (first, second) = (try states([1], .running), try states([0.25], .running))
    let both = try states([1, 0.25], .standing)
    for (slice, values) in both.enumerated() {
      let mean = zip(first[slice], second[slice]).map { (Double($0) + Double($1)) / 2 }
      expectClose(values, mean, "slice \(slice)")
    }
  }

  @Test("in evaluation no sample depends on its batch-mates, but with statistics of the batch")
  func batchMates() throws {
    for source in NormalizationStatistics.allCases {
      var options = Self.normalized(.shard)
      options.normalization = source
      let sampling = VariationalSampling(try Self.model(options, [1, 6, 6]))
      let samples = Self.samples(4, [36])
      let together = sampling.codes(samples).rows(0..<2).elements
      let alone = sampling.codes(samples.rows(0..<2)).elements
      let difference = zip(together, alone).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect((difference < 1e-6) == (source != .batch), "\(source)")
    }
  }

  @Test("stacks that do not fit are named: layer, expected, found")
  func misfits() {
    var options = VariationalOptions(
      latent: 2, encoder: [.init(.convolution(channels: 2, kernel: 9))], decoder: [])
    func error() -> String {
      do {
        _ = try VariationalAutoencoder(options, sample: [1, 6, 6], seed: 1)
        return ""
      } catch { return "\(error)" }
    }
    #expect(
      error() == "layer encoder/0: expected images that windows [9, 9] fit into, found [1, 6, 6]")
    options.encoder = []
    options.decoder = [.init(.dense(35))]
    #expect(
      error() == "layer decoder: expected 36 outputs, as many as a sample has values, found 35")
  }
}
