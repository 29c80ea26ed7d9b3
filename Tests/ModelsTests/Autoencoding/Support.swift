import Autograd
import Foundation
import Layers
import Models
import Objectives
import Tensors
import TestSupport
import Testing

/// What the gradients of a model are, summed over the shards of a batch.
struct TapeStep {
  let layout: ShardLayout
  let batch: Batch
  let accumulator: Accumulator
  let objective: any Objective

  /// - Parameter samples: [rows, width], dealt to shards as they follow each other.
  init(_ objective: any Objective, samples: Tensor, labels: [Int32]? = nil, shards: Int = 1) {
    self.objective = objective
    let (rows, layout) = (samples.shape[0], ShardLayout(shards: shards))
    self.layout = layout
    batch = Batch(shards: layout.local, width: samples.shape[1]) {
      layout.range(of: $0, in: rows).count
    }
    batch.globalCount = rows
    for shard in batch.shards {
      let range = layout.range(of: shard.index, in: rows)
      shard.samples.assign(samples.rows(range))
      for (row, id) in range.enumerated() {
        shard.ids[row] = UInt32(id)
        shard.labels[row] = labels?[id] ?? -1
      }
    }
    accumulator = Accumulator(
      sums: objective.phases[0].sums, metrics: objective.metrics.count, layout: layout)
  }

  /// The sums of all shards, and those of the metrics.
  func run(step: Int = 0) throws -> (gradients: [Float], metrics: [Double]) {
    batch.step = step
    accumulator.resetMetrics()
    let across = SoloSum(shards: layout.shards)
    try objective.accumulate(batch, phase: 0, into: accumulator, across: across)
    accumulator.merge(0..<accumulator.length)
    let count = objective.parameters.layout.count
    let sums = try across.sum(accumulator.metricSums, width: 2 * objective.metrics.count)
    return (
      Array(accumulator.root(0).elements.prefix(count)),
      stride(from: 0, to: sums.count, by: 2).map { sums[$0] }
    )
  }
}

/// The numbers of the fixtures' scripts, around ½: samples in 0 … 1.
func samples(_ rows: Int, _ width: Int, item: Int = 1) -> Tensor {
  let tensor = numbers(item, [rows, width])
  for i in 0..<tensor.count { tensor.pointer[i] += 0.5 }
  return tensor
}

extension ParameterSet {
  /// Gives each parameter the numbers of its place.
  func fillWithNumbers() {
    for (place, slice) in layout.slices.enumerated() {
      self[slice.name].assign(numbers(10 + place, slice.shape))
    }
  }
}

/// A dense layer as a configuration describes it.
func dense(_ units: Int, _ activation: Activation = .sigmoid) -> LayerDescription {
  LayerDescription(.dense(units), activation: activation)
}

/// The derivative of a loss along a direction of the parameters against differences: equal to a share of
/// it. One that is small is refused, as the differences of a loss in Float32 would not tell it from 0.
func expectGradient(
  _ step: TapeStep, _ name: String, tolerance: Double = 5e-3,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let parameters = step.objective.parameters.flat
  let start = parameters.elements
  let direction = numbers(91, [parameters.count]).elements
  let exact = try zip(step.run().gradients, direction).reduce(0.0) {
    $0 + Double($1.0) * Double($1.1)
  }
  func loss(_ distance: Float) throws -> Double {
    for i in 0..<parameters.count { parameters.pointer[i] = start[i] + distance * direction[i] }
    return try step.run().metrics[0]
  }
  // Four points: the error falls with the fourth power of the step.
  let h: Float = 0.02
  let near = (try loss(h) - loss(-h)) / Double(2 * h)
  let far = (try loss(2 * h) - loss(-2 * h)) / Double(4 * h)
  _ = try loss(0)
  let difference = (4 * near - far) / 3
  #expect(
    abs(exact) >= 0.5, "\(name): \(exact) is too small to be compared",
    sourceLocation: sourceLocation)
  #expect(
    abs(exact - difference) <= tolerance * abs(exact),
    "\(name): \(exact), not \(difference)", sourceLocation: sourceLocation)
}

extension AutoencoderOptions {
  /// Convolutions of pictures of 4 × 4, and back.
  static let convolutional = AutoencoderOptions(
    encoder: [
      LayerDescription(
        .convolution(channels: 3, kernel: 2, Sliding(stride: 2)), activation: .tanh),
      dense(5, .none),
    ],
    decoder: [
      dense(12, .tanh), LayerDescription(.reshape([3, 2, 2])),
      LayerDescription(.transposedConvolution(channels: 1, kernel: 2, Sliding(stride: 2))),
    ])
}
