import Foundation
import Reporting

/// A table of an evaluation, such as a confusion matrix: `tables/<name>-step-00001234.json`.
struct EvaluationTable: Sendable {
  let title: String
  let stage: String
  let step: Int
  let rowAxis: String
  let columnAxis: String
  let rows: [String]
  let columns: [String]
  let values: [[Double]]

  /// The largest table that is shown, in rows and columns.
  private static let most = 100

  /// - Returns: nil where the object is no such table, or too large to be looked at.
  init?(_ json: JSONValue, step: Int) {
    guard let rows = json["rows"]?.arrayValue, let columns = json["columns"]?.arrayValue,
      let values = json["values"]?.arrayValue, values.count == rows.count,
      (1...Self.most).contains(rows.count), (1...Self.most).contains(columns.count)
    else { return nil }
    self.values = values.map { row in (row.arrayValue ?? []).map { $0.doubleValue ?? .nan } }
    guard self.values.allSatisfy({ $0.count == columns.count }) else { return nil }
    self.step = json["step"]?.intValue ?? step
    title = json["title"]?.stringValue ?? json["name"]?.stringValue ?? "Table"
    stage = json["stage"]?.stringValue ?? ""
    rowAxis = json["row_axis"]?.stringValue ?? "row"
    columnAxis = json["column_axis"]?.stringValue ?? "column"
    (self.rows, self.columns) = (rows.map(Self.label), columns.map(Self.label))
  }

  private static func label(_ value: JSONValue) -> String {
    value.stringValue ?? value.encoded()
  }

  /// The tables of a folder by name, at most so many of each, the last among them.
  static func all(in folder: String, most: Int = 12) -> [(name: String, tables: [EvaluationTable])]
  {
    StepFiles.all(in: folder, extension: "json").compactMap { kind in
      let tables = kind.thinned(to: most).files.compactMap { file in
        JSONFile.read(file.path).flatMap { EvaluationTable($0, step: file.step) }
      }
      return tables.isEmpty ? nil : (kind.name, tables)
    }
  }
}

/// Small JSON files of a run directory.
enum JSONFile {
  /// The value; nil where the file is missing, torn, or larger than 16 MiB.
  static func read(_ path: String) -> JSONValue? {
    let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    guard let size, size < 16 << 20, let data = FileManager.default.contents(atPath: path) else {
      return nil
    }
    return try? JSONValue(parsing: Array(data))
  }
}
