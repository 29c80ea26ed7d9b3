import CKernels
import Foundation
import Objectives
import Tensors

/// The mean and variance of every dimension of a dataset, over all shards.
public struct Moments: Sendable {
  /// The means, [D].
  public let mean: Tensor
  /// The variances, [D]: sums of squares divided by the number of samples.
  public let variance: Tensor

  /// Two passes in Float64: the mean, then squares around it. Every rank calls this together; the
  /// result has the same bits on every rank and any number of ranks.
  /// - Parameter loader: visits every sample once, widened and not transformed.
  public init(_ loader: BatchLoader, across: any GlobalSum) throws {
    let width = loader.batch.shards[0].room.shape[1]
    let zero = Tensor(width)
    let first = try Self.pass(loader, around: zero, width, epoch: 0, across)
    mean = Tensor(shape: [width], elements: first.sum.map { Float($0 / Double(loader.plan.count)) })
    let second = try Self.pass(loader, around: mean, width, epoch: 1, across)
    variance = Tensor(
      shape: [width], elements: second.squares.map { Float($0 / Double(loader.plan.count)) })
  }

  /// 1 / √variance, and 0 where a dimension never changes.
  public var inverseDeviation: Tensor {
    Tensor(
      shape: variance.shape,
      elements: variance.elements.map { $0 > 1e-12 ? 1 / $0.squareRoot() : 0 })
  }

  private static func pass(
    _ loader: BatchLoader, around center: Tensor, _ width: Int, epoch: Int, _ across: any GlobalSum
  ) throws -> (sum: [Double], squares: [Double]) {
    var values = [Double](repeating: 0, count: loader.batch.shards.count * 2 * width)
    loader.begin(epoch: epoch)
    for step in 0..<loader.plan.stepsPerEpoch {
      try loader.load(stepInEpoch: step, step: step)
      values.withUnsafeMutableBufferPointer { values in
        for (place, shard) in loader.batch.shards.enumerated() {
          let sums = values.baseAddress! + place * 2 * width
          sdt_moments(
            sums, sums + width, shard.room.pointer, center.pointer, shard.rows, width)
        }
      }
    }
    let total = try across.sum(values, width: 2 * width)
    return (Array(total.prefix(width)), Array(total.suffix(width)))
  }
}
