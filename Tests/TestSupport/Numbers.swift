import Tensors
import Testing

/// The numbers in −½ … ½ that the scripts of the fixtures make too (`fixture_numbers.py`).
/// - Parameters:
///   - item: which of the numbers: another item has others.
///   - shape: that of the result.
public func numbers(_ item: Int, _ shape: [Int]) -> Tensor {
  let count = shape.reduce(1, *)
  return Tensor(
    shape: shape,
    elements: (0..<count).map { Float(Double(($0 + 1) * (7919 + 2 * item) % 1009) / 1009 - 0.5) })
}

/// Expects as many values as there should be, equal to a share of the largest.
/// - Parameters:
///   - name: what is compared, for the message.
///   - tolerance: the share of the largest expected value that a value may be off by.
///   - floor: what the largest counts for at least: the size of terms that cancel.
public func expectClose(
  _ values: [Float], _ expected: [Double], _ name: String, tolerance: Double = 1e-5,
  floor: Double = 1e-2, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(values.count == expected.count, "\(name)", sourceLocation: sourceLocation)
  let scale = expected.reduce(floor) { max($0, abs($1)) }
  let error = zip(values, expected).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
  #expect(
    error <= tolerance * scale, "\(name): off by \(error / scale)", sourceLocation: sourceLocation)
}
