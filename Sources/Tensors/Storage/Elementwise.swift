import CKernels

extension Tensor {
  /// Adds a tensor of as many elements, element by element.
  public func add(_ other: Tensor) {
    precondition(other.count == count, "as many elements on both sides")
    sdt_add(pointer, other.pointer, count)
  }

  /// Adds the elements of a range of places to those at the same places.
  public func add(_ other: Tensor, in range: Range<Int>) {
    precondition(range.upperBound <= count && range.upperBound <= other.count, "a range of both")
    sdt_add(pointer + range.lowerBound, other.pointer + range.lowerBound, range.count)
  }

  /// Multiplies every element.
  public func scale(by factor: Float) {
    sdt_scale(pointer, factor, count)
  }

  /// Whether no element is infinite or not a number.
  public var isFinite: Bool { sdt_all_finite(pointer, count) == 1 }

  /// The sum of squared differences, added in Float64.
  public func squaredDistance(to other: Tensor) -> Double {
    precondition(other.count == count, "as many elements on both sides")
    return sdt_squared_distance(pointer, other.pointer, count)
  }

  /// The sums over the sample axis of a matrix [rows, columns], into `result` [columns].
  public func columnSums(into result: Tensor) {
    sdt_column_sums(result.pointer, pointer, shape[0], shape[1])
  }
}
