/// A plain-text table: titles, a rule, and rows whose columns are aligned.
public struct Table: Sendable {
  /// On which side the cells of a column are flush.
  public enum Alignment: Sendable {
    /// For text.
    case left
    /// For numbers.
    case right
  }

  /// One column.
  public struct Column: Sendable {
    let title: String
    let alignment: Alignment

    /// A column of text.
    public static func left(_ title: String) -> Column { Column(title: title, alignment: .left) }
    /// A column of numbers.
    public static func right(_ title: String) -> Column { Column(title: title, alignment: .right) }
  }

  /// The columns, from left to right.
  public let columns: [Column]
  /// The cells of each row. Every row has as many as there are columns.
  public private(set) var rows: [[String]] = []

  /// Creates a table without rows.
  public init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row; missing cells at its end are empty, and more cells than columns trap.
  public mutating func add(_ cells: [String]) {
    precondition(cells.count <= columns.count, "\(cells.count) cells for \(columns.count) columns")
    rows.append(cells + [String](repeating: "", count: columns.count - cells.count))
  }

  /// The whole table, each line ended by a line break and without trailing spaces. Titles and rule
  /// are left out if all titles are empty.
  public func text(indent: Int = 0) -> String {
    let titles = columns.map(\.title)
    let widths = columns.indices.map { index in
      max(titles[index].count, rows.map { $0[index].count }.max() ?? 0)
    }
    var lines = rows
    if titles.contains(where: { !$0.isEmpty }) {
      lines = [titles, widths.map { String(repeating: "-", count: $0) }] + rows
    }
    let margin = String(repeating: " ", count: indent)
    return lines.map { margin + line($0, widths) }.map { Self.trimmed($0) + "\n" }.joined()
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    columns.indices.map { index in
      let padding = String(repeating: " ", count: widths[index] - cells[index].count)
      return columns[index].alignment == .left ? cells[index] + padding : padding + cells[index]
    }.joined(separator: "  ")
  }

  private static func trimmed(_ line: String) -> Substring {
    line.dropLast(line.reversed().prefix { $0 == " " }.count)
  }
}
