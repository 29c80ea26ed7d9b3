import CKernels
import Objectives
import Tensors

/// What is done to samples before a model sees them.
public enum Transform: Sendable {
  /// Values as they are.
  case none
  /// Values brought to [0, 1].
  case unit
  /// 1 where the unit value is above ½, else 0.
  case binarizeThreshold
  /// 1 with the unit value's probability, drawn anew at every visit.
  case binarizeSample
  /// 1 with the unit value's probability, drawn once for every sample.
  case binarizeFixed
  /// Mean 0 and variance 1 in every dimension. [D] each; deviation 0 leaves the dimension at 0.
  case standardize(mean: Tensor, inverseDeviation: Tensor)
}

/// Widens stored samples to Float32 and applies a transform.
public struct SamplePreparation: Sendable {
  /// The transform.
  public let transform: Transform
  private let stored: StoredType
  private let width: Int
  private let scale: Float
  private let offset: Float
  private let stream: RandomStream
  private let isEvaluation: Bool

  /// - Parameters:
  ///   - range: the stored values that become 0 and 1 under transforms from unit values.
  ///   - isEvaluation: whether draws are the same at every visit, so that evaluations compare.
  public init(
    _ transform: Transform, table: SampleTable, range: ClosedRange<Double>, seed: UInt64,
    isEvaluation: Bool
  ) {
    self.transform = transform
    self.isEvaluation = isEvaluation
    stored = table.stored
    width = table.shape.count
    stream = RandomStream(seed: seed, purpose: .binarization)
    switch transform {
    case .none, .standardize: (scale, offset) = (1, 0)
    default:
      let factor = 1 / (range.upperBound - range.lowerBound)
      (scale, offset) = (Float(factor), Float(-range.lowerBound * factor))
    }
  }

  /// Widens one stored sample into a row.
  func widen(_ sample: UnsafeRawPointer, into row: UnsafeMutablePointer<Float>) {
    switch stored {
    case .uint8:
      sdt_widen_u8(row, sample.assumingMemoryBound(to: UInt8.self), scale, offset, width)
    case .int16:
      sdt_widen_i16(row, sample.assumingMemoryBound(to: Int16.self), scale, offset, width)
    case .float32:
      sdt_widen_f32(row, sample.assumingMemoryBound(to: Float.self), scale, offset, width)
    }
  }

  /// Transforms widened rows [rows, width] in place.
  func finish(
    _ rows: UnsafeMutablePointer<Float>, count: Int, ids: UnsafePointer<UInt32>, step: Int
  ) {
    switch transform {
    case .none, .unit: break
    case .binarizeThreshold: sdt_threshold(rows, 0.5, count * width)
    case .binarizeSample:
      // Round 0 belongs to training, round 1 to evaluation, round 2 to what is drawn once.
      let draws = isEvaluation ? stream.at(step: 0, round: 1) : stream.at(step: step, round: 0)
      sdt_bernoulli_draw(rows, rows, count, width, draws.kernel, ids)
    case .binarizeFixed:
      sdt_bernoulli_draw(rows, rows, count, width, stream.at(step: 0, round: 2).kernel, ids)
    case .standardize(let mean, let inverseDeviation):
      sdt_standardize(rows, mean.pointer, inverseDeviation.pointer, count, width)
    }
  }
}
