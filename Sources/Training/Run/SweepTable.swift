import Foundation
import Reporting

/// What came of the values of a sweep: the last evaluation of each.
///
/// The file `table.csv` is what it remembers: rows of other tasks of the same sweep, and of a sweep before, are read from
/// there.
struct SweepTable {
  struct Row {
    let value: String
    let metrics: [(name: String, value: Double)]
    /// How long it took; nil where it was done before.
    var seconds: Double?
  }

  private let key: String
  private let values: [String]
  private var rows: [String: Row]

  /// - Parameters:
  ///   - values: all values, in their order.
  ///   - earlier: the CSV of a table before, if there is one. Rows of other keys and values are left out.
  init(key: String, values: [String], earlier: String) throws {
    (self.key, self.values) = (key, values)
    let text = FileManager.default.contents(atPath: earlier).map {
      String(decoding: $0, as: UTF8.self)
    }
    rows = SweepTableFile.rows(text ?? "", key: key).filter { values.contains($0.key) }
  }

  /// A run's last evaluation.
  /// - Parameters:
  ///   - width: the number of values of a sample.
  ///   - unitScale: the error of a sample in the file's scale; nil where it was not measured.
  static func metrics(of run: String, width: Int, unitScale: Double?) throws -> [(
    name: String, value: Double
  )] {
    let records = try MetricsLog.read(RunDirectory(path: run).metrics)
    let last = records.last { $0.kind == "evaluation" }
    var metrics = (last?.metrics.members ?? []).compactMap { member in
      member.value.doubleValue.map { (name: member.key, value: $0) }
    }
    let (whole, part) = ("reconstruction_error", "reconstruction_error_per_pixel")
    metrics.removeAll { $0.name == part }
    if let place = metrics.firstIndex(where: { $0.name == whole }) {
      metrics.insert((part, metrics[place].value / Double(width)), at: place + 1)
      if let unitScale {
        metrics.insert(("unit_scale_error", unitScale), at: place + 2)
        metrics.insert(("unit_scale_error_per_pixel", unitScale / Double(width)), at: place + 3)
      }
    }
    return metrics
  }

  /// Takes a row in the place of an earlier one of the same value, whose seconds stay where there are no new ones.
  mutating func set(_ row: Row) {
    var row = row
    row.seconds = row.seconds ?? rows[row.value]?.seconds
    rows[row.value] = row
  }

  /// Those that are done, in the order of the sweep.
  private var done: [Row] { values.compactMap { rows[$0] } }

  /// The names of all metrics, in the order of their first appearance.
  private var names: [String] {
    done.flatMap { $0.metrics.map(\.name) }.reduce(into: []) { names, name in
      if !names.contains(name) { names.append(name) }
    }
  }

  private func cells(_ row: Row, _ format: (Double) -> String) -> [String] {
    let values = names.map { name in row.metrics.first { $0.name == name }.map { format($0.value) }
    }
    return values.map { $0 ?? "" } + [row.seconds.map { String(format: "%.1f", $0) } ?? ""]
  }

  /// For people.
  var text: String {
    var table = Table([.left(key)] + (names + ["seconds"]).map { .right($0) })
    for row in done { table.add([row.value] + cells(row, Format.metric)) }
    return table.text()
  }

  private var markdown: String {
    let head = [key] + names + ["seconds"]
    let lines = [head, ["---"] + head.dropFirst().map { _ in "---:" }]
    let body = done.map { [$0.value] + cells($0, Format.metric) }
    return (lines + body).map { "| \($0.joined(separator: " | ")) |\n" }.joined()
  }

  private var csv: String {
    let head = ([key] + names + ["seconds"]).map(SweepTableFile.quoted)
    let body = done.map { row in [SweepTableFile.quoted(row.value)] + cells(row) { "\($0)" } }
    return ([head] + body).map { $0.joined(separator: ",") + "\n" }.joined()
  }

  /// What the numbers are of, and where the rest is.
  func notes(_ directory: String, _ transform: String) -> String {
    """
    Of the test set after the last epoch, in the scale of data.transform: \(transform). reconstruction_error is \
    the squared error of a sample, summed over its values; reconstruction_error_per_pixel is divided by their number. \
    unit_scale_error, of standardised samples, is the same back in the scale of the file, with bytes from 0 to 1.
    Pictures: \(done.map { "\(directory)/\(Sweep.name(key, $0.value))/images" }.joined(separator: ", ")).

    """
  }

  func write(to directory: String, transform: String) throws {
    try writeAtomically(Array(csv.utf8), to: directory + "/table.csv")
    let page = markdown + "\n" + notes(directory, transform)
    try writeAtomically(Array(page.utf8), to: directory + "/table.md")
  }
}

/// The CSV of a table of a sweep: names and values in quotes, numbers bare, an empty cell where there is none.
enum SweepTableFile {
  static func quoted(_ text: String) -> String {
    "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }

  /// The rows, by their value. Lines that are no row of such a table are passed over.
  static func rows(_ text: String, key: String) -> [String: SweepTable.Row] {
    let lines = text.split(separator: "\n").map { cells($0) }
    guard let head = lines.first, head.first == key, head.last == "seconds" else { return [:] }
    return lines.dropFirst().filter { $0.count == head.count }.reduce(into: [:]) { rows, line in
      let metrics = zip(head, line).dropFirst().dropLast().compactMap { name, cell in
        Double(cell).map { (name: name, value: $0) }
      }
      rows[line[0]] = SweepTable.Row(value: line[0], metrics: metrics, seconds: Double(line.last!))
    }
  }

  private static func cells(_ line: Substring) -> [String] {
    var (cells, isQuoted) = ([""], false)
    var rest = line
    while let character = rest.popFirst() {
      if character == "\"" && isQuoted && rest.first == "\"" {
        cells[cells.count - 1].append(rest.removeFirst())
      } else if character == "\"" {
        isQuoted.toggle()
      } else if character == "," && !isQuoted {
        cells.append("")
      } else {
        cells[cells.count - 1].append(character)
      }
    }
    return cells
  }
}
