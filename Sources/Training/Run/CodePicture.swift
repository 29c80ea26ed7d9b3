import Objectives
import Tensors

/// The codes of samples as points in the plane, coloured by class.
enum CodePicture {
  /// The most samples that are drawn.
  static let count = 1000

  /// Codes of two values as they are, codes of more along their two principal axes.
  /// - Returns: nil for codes of one value, or when there are too few samples for axes.
  static func picture(_ encoder: Stage.Encoder, _ examples: Examples) throws -> Picture? {
    guard encoder.width >= 2, examples.labels.count >= 3 else { return nil }
    let codes = examples.labels.withUnsafeBufferPointer {
      encoder.encode(examples.samples, $0.baseAddress!)
    }
    guard codes.isFinite else { return nil }
    let isPlane = encoder.width == 2
    return Picture(
      name: "codes", title: "Codes of \(examples.labels.count) samples",
      content: .points(
        positions: isPlane ? codes.elements.map(Double.init) : try projected(codes),
        classes: examples.labels,
        note: isPlane ? nil : "\(encoder.width) values along their two principal axes"))
  }

  /// [rows, 2]: centred codes [rows, width] along the two directions of greatest variance.
  private static func projected(_ codes: Tensor) throws -> [Double] {
    let (rows, width) = (codes.shape[0], codes.shape[1])
    let centred = centred(codes)
    var covariance = [Double](repeating: 0, count: width * width)
    for row in 0..<rows {
      for i in 0..<width {
        let value = centred[row * width + i]
        for j in i..<width { covariance[i * width + j] += value * centred[row * width + j] }
      }
    }
    let axes = try SymmetricEigenvectors(ofUpper: covariance, size: width).vectors
    return (0..<2 * rows).map { place in
      let (row, axis) = (place / 2, place % 2)
      return (0..<width).reduce(0) { $0 + centred[row * width + $1] * axes[axis * width + $1] }
    }
  }

  private static func centred(_ codes: Tensor) -> [Double] {
    let (rows, width) = (codes.shape[0], codes.shape[1])
    var values = codes.elements.map(Double.init)
    for column in 0..<width {
      let mean = (0..<rows).reduce(0) { $0 + values[$1 * width + column] } / Double(rows)
      for row in 0..<rows { values[row * width + column] -= mean }
    }
    return values
  }
}
