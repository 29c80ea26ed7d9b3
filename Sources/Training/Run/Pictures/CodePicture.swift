import Objectives
import Tensors

/// The codes of samples as points in the plane, coloured by class.
enum CodePicture {
  /// The most samples that are drawn.
  static let count = 1000
  /// The samples of a call of the encoder, those of a shard in an evaluation: more would take memory
  /// that training has no use for.
  static let block = 128

  /// Codes of two values as they are, codes of more along their two principal axes.
  /// - Returns: nil for codes of one value, or when there are too few samples for axes.
  static func picture(_ encoder: Stage.Encoder, _ examples: Examples) throws -> Picture? {
    guard encoder.width >= 2, examples.labels.count >= 3 else { return nil }
    let codes = codes(encoder, examples)
    guard codes.isFinite else { return nil }
    let isPlane = encoder.width == 2
    return Picture(
      name: "codes", title: "Codes of \(examples.labels.count) samples",
      content: .points(
        positions: isPlane ? codes.elements.map(Double.init) : try projected(codes),
        classes: examples.labels,
        note: isPlane ? nil : "\(encoder.width) values along their two principal axes"),
      axes: .init(
        rows: isPlane ? "second value of the code" : "second principal axis",
        columns: isPlane ? "first value of the code" : "first principal axis"))
  }

  /// [rows, width], block by block. The last block begins before its place, to have the others' shape:
  /// an encoder may keep memory for every shape.
  private static func codes(_ encoder: Stage.Encoder, _ examples: Examples) -> Tensor {
    let (rows, width) = (examples.labels.count, encoder.width)
    let codes = Tensor(rows, width)
    let size = min(block, rows)
    for start in stride(from: 0, to: rows, by: size).map({ min($0, rows - size) }) {
      let part = examples.labels.withUnsafeBufferPointer {
        encoder.encode(examples.samples.rows(start..<start + size), $0.baseAddress! + start)
      }
      codes.rows(start..<start + size).assign(part)
    }
    return codes
  }

  /// [rows, 2]: centred codes [rows, width] along the two directions of greatest variance.
  private static func projected(_ codes: Tensor) throws -> [Double] {
    let (rows, width) = (codes.shape[0], codes.shape[1])
    let centred = centred(codes)
    if width > rows { return try projectedByGram(centred, rows, width) }
    var covariance = [Double](repeating: 0, count: width * width)
    addGram(of: centred, rows: rows, columns: width, to: &covariance)
    let axes = try SymmetricEigenvectors(ofUpper: covariance, size: width).vectors
    return (0..<2 * rows).map { place in
      let (row, axis) = (place / 2, place % 2)
      return (0..<width).reduce(0) { $0 + centred[row * width + $1] * axes[axis * width + $1] }
    }
  }

  /// The same by X Xᵀ [rows, rows] of the centred codes X: its eigenvectors, times the roots of their
  /// values, are the codes along the axes.
  private static func projectedByGram(
    _ centred: [Double], _ rows: Int, _ width: Int
  ) throws -> [Double] {
    var gram = [Double](repeating: 0, count: rows * rows)
    multiply(centred, centred, .transposed, into: &gram, m: rows, n: rows, k: width)
    let found = try SymmetricEigenvectors(ofUpper: gram, size: rows)
    return (0..<2 * rows).map { place in
      let (row, axis) = (place / 2, place % 2)
      return found.vectors[axis * rows + row] * max(found.values[axis], 0).squareRoot()
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
