import CKernels
import Tensors

/// The sum over batches that a gradient over all samples is made of, in Float64, in the order in which
/// batches are added; and what weight decay adds to loss and gradient.
public final class GradientSum {
  private let parameters: ParameterSet
  private let weightDecay: Double
  private let sums: UnsafeMutableBufferPointer<Double>

  /// A sum of zero.
  /// - Parameter weightDecay: λ. Weights decay; biases and other vectors do not.
  public init(_ parameters: ParameterSet, weightDecay: Double = 0) {
    self.parameters = parameters
    self.weightDecay = weightDecay
    sums = .allocate(capacity: parameters.layout.count)
    reset()
  }

  deinit { sums.deallocate() }

  /// Begins anew.
  public func reset() { sums.initialize(repeating: 0) }

  /// Adds the sums of a batch at places of the flat buffer; places beyond the parameters are passed over.
  public func add(_ range: Range<Int>, _ values: UnsafePointer<Float>) {
    let part = range.clamped(to: 0..<sums.count)
    guard !part.isEmpty else { return }
    sdt_add_wide(
      values + (part.lowerBound - range.lowerBound), sums.baseAddress! + part.lowerBound,
      part.count)
  }

  /// gradient ← sum / count + λ w, each element rounded once.
  /// - Parameter count: the number of samples.
  public func write(_ gradient: Tensor, count: Int) {
    for slice in parameters.layout.slices where !slice.range.isEmpty {
      sdt_narrow(
        sums.baseAddress! + slice.offset, 1 / Double(count), decays(slice) ? weightDecay : 0,
        parameters.flat.pointer + slice.offset, gradient.pointer + slice.offset,
        slice.range.count)
    }
  }

  /// λ/2 ‖w‖².
  public var penalty: Double {
    guard weightDecay > 0 else { return 0 }
    let squares = parameters.layout.slices.filter(decays).map { slice in
      let weights = parameters.flat.pointer + slice.offset
      return sdt_dot(weights, weights, slice.range.count)
    }
    return weightDecay / 2 * squares.reduce(0, +)
  }

  private func decays(_ slice: SliceLayout.Slice) -> Bool { slice.shape.count > 1 }
}
