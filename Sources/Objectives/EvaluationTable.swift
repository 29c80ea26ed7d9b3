/// Counts by two properties of a test sample, such as its class and the class that a model takes it for.
public struct EvaluationTable: Sendable, Equatable {
  /// The name, which becomes part of a file's name.
  public let name: String
  /// What stands above the table.
  public let title: String
  /// What the rows are.
  public let rowAxis: String
  /// What the columns are.
  public let columnAxis: String
  /// The counts, row by row, all of one length.
  public let values: [[Int]]

  /// A table.
  public init(
    name: String, title: String, rowAxis: String, columnAxis: String, values: [[Int]]
  ) {
    (self.name, self.title) = (name, title)
    (self.rowAxis, self.columnAxis, self.values) = (rowAxis, columnAxis, values)
  }
}

/// How often test samples of one class are taken for another, counted among the sums of an evaluator.
///
/// Counts are whole numbers below 2⁵³: their sums are the same in any order, on any number of ranks.
public struct ConfusionCounts: Sendable {
  /// The most classes of which a table is made: more are more cells than anybody looks at.
  public static let mostClasses = 100
  /// The number of classes; 0 counts nothing.
  public let classes: Int
  /// The place of the first count among the sums.
  private let first: Int

  /// Counts behind `first` other sums; none of no class, or of too many.
  public init(classes: Int, behind first: Int) {
    self.classes = classes <= Self.mostClasses ? classes : 0
    self.first = first
  }

  /// How many sums there are with the counts.
  public var width: Int { first + classes * classes }

  /// Counts a sample. A label that is no class, or a guess that is none, is left out.
  public func add(label: Int, guess: Int, to sums: UnsafeMutablePointer<Double>) {
    guard (0..<classes).contains(label), (0..<classes).contains(guess) else { return }
    sums[first + label * classes + guess] += 1
  }

  /// The table of the sums over the test set; nil where nothing is counted.
  public func table(_ test: EvaluationSums) -> EvaluationTable? {
    guard classes > 0 else { return nil }
    let counts = (0..<classes).map { row in
      (0..<classes).map { Int(test.sums[first + row * classes + $0]) }
    }
    return EvaluationTable(
      name: "confusion", title: "Confusion matrix of the test samples",
      rowAxis: "true class", columnAxis: "predicted class", values: counts)
  }
}

extension EvaluationTable {
  /// The number of samples on the diagonal, and of all.
  public var agreement: (right: Int, all: Int) {
    let right = values.indices.reduce(0) { sum, row in
      sum + (values[row].indices.contains(row) ? values[row][row] : 0)
    }
    return (right, values.reduce(0) { $0 + $1.reduce(0, +) })
  }
}
