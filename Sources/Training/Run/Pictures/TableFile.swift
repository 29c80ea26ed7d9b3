import Foundation
import Objectives
import PNG
import Reporting

/// A table of an evaluation as a file, `tables/<name>-step-00001234.json`, and as a picture.
struct TableFile: Sendable {
  let table: EvaluationTable
  let stage: String
  let step: Int
  /// The names of classes by their labels; empty without names.
  let classNames: [String]

  /// The table's name and step.
  var name: String { "\(table.name)-\(CheckpointStore.name(step: step).dropLast(3))" }

  private func labels(_ count: Int) -> [String] {
    (0..<count).map { ClassName.of($0, classNames) }
  }

  private var rows: [String] { labels(table.values.count) }
  private var columns: [String] { labels(table.values.first?.count ?? 0) }

  /// `{"name", "title", "stage", "step", "row_axis", "column_axis", "rows", "columns", "values"}`
  var json: JSONValue {
    .object([
      "name": .string(table.name), "title": .string(table.title), "stage": .string(stage),
      "step": .int(step), "row_axis": .string(table.rowAxis),
      "column_axis": .string(table.columnAxis), "rows": .array(rows.map { .string($0) }),
      "columns": .array(columns.map { .string($0) }),
      "values": .array(table.values.map { .array($0.map { .int($0) }) }),
    ])
  }

  /// The counts as cells.
  func plot(caption: String?) -> MatrixPlot {
    let (right, all) = table.agreement
    let share = all > 0 ? 100 * Double(right) / Double(all) : 0
    return MatrixPlot(
      table.values, rows: rows, columns: columns, rowAxis: table.rowAxis,
      columnAxis: table.columnAxis, title: table.title,
      note: ["\(Format.metric(share)) % of \(all) on the diagonal", caption].compactMap { $0 }
        .joined(separator: " · "))
  }

  /// What the picture shows, in a sentence.
  var sentence: String {
    let (right, all) = table.agreement
    return "\(table.title): a table of \(table.values.count) rows (\(table.rowAxis)) and "
      + "\(columns.count) columns (\(table.columnAxis)); \(right) of \(all) samples are on its diagonal."
  }

  /// Writes the file into a folder, which is made.
  func write(into folder: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch { throw WriteError("cannot create \(folder): a folder for tables") }
    try writeAtomically(Array((json.encoded() + "\n").utf8), to: "\(folder)/\(name).json")
  }

  /// Draws the picture into a folder.
  /// - Returns: its path.
  @discardableResult
  func draw(into folder: String, caption: String?) throws -> String {
    let path = "\(folder)/\(name).png"
    try plot(caption: caption).render().write(
      to: path, texts: PictureWriter.texts(table.title, sentence))
    return path
  }
}
