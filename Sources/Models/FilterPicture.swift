import Objectives
import Tensors

extension Picture {
  /// The most units that a picture shows.
  private static let most = 100

  /// The weights of the first units, ten in a row.
  /// - Parameters:
  ///   - weights: [units, sample width], or that of whatever the units look at.
  ///   - description: what a tile is; nil is that of units that look at samples.
  static func filters(
    _ weights: Tensor, name: String = "filters", title: String, description: String? = nil
  ) -> Picture {
    let (units, columns) = (min(weights.shape[0], most), 10)
    let kind = description ?? "red pixels switch the unit on, blue ones off"
    let starts = stride(from: 1, through: max(units, 1), by: columns)
    return Picture(
      name: name, title: title, rows: [weights.rows(0..<units)],
      labels: units > columns ? starts.map { "\($0)" } : [], values: .signed,
      axes: Axes(
        rows: "number of the row's first unit", columnCount: units > columns ? columns : nil),
      description: "The weights of \(units) of \(weights.shape[0]) units, a tile each: \(kind).")
  }
}
