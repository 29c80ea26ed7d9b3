import Foundation
import Reporting

/// What came of the values of a sweep: the last evaluation of each.
struct SweepTable {
  private struct Row {
    let value: String
    let metrics: [(name: String, value: Double)]
    let seconds: Double?
  }

  private let key: String
  private var rows: [Row] = []
  /// What a table said of runs that are done already.
  private let earlierSeconds: [String: Double]

  /// - Parameter earlier: the CSV of a sweep before, if there is one.
  init(key: String, earlier: String) {
    self.key = key
    let text = FileManager.default.contents(atPath: earlier).map {
      String(decoding: $0, as: UTF8.self)
    }
    let lines = (text ?? "").split(separator: "\n").dropFirst()
    earlierSeconds = lines.reduce(into: [:]) { seconds, line in
      guard let end = line.lastIndex(of: ","), let number = Double(line[line.index(after: end)...]),
        let quote = line.dropFirst().range(of: "\",")
      else { return }
      let value = line[line.index(after: line.startIndex)..<quote.lowerBound]
      seconds[value.replacingOccurrences(of: "\"\"", with: "\"")] = number
    }
  }

  /// Reads a run's last evaluation.
  /// - Parameters:
  ///   - width: the number of values of a sample.
  ///   - seconds: how long it took; nil where it was done before.
  mutating func add(_ value: String, run: String, width: Int, seconds: Double?) throws {
    let records = try MetricsLog.read(RunDirectory(path: run).metrics)
    let last = records.last { $0.kind == "evaluation" }
    var metrics = (last?.metrics.members ?? []).compactMap { member in
      member.value.doubleValue.map { (name: member.key, value: $0) }
    }
    let (whole, part) = ("reconstruction_error", "reconstruction_error_per_pixel")
    metrics.removeAll { $0.name == part }
    if let place = metrics.firstIndex(where: { $0.name == whole }) {
      metrics.insert((part, metrics[place].value / Double(width)), at: place + 1)
    }
    rows.append(Row(value: value, metrics: metrics, seconds: seconds ?? earlierSeconds[value]))
  }

  /// The names of all metrics, in the order of their first appearance.
  private var names: [String] {
    rows.flatMap { $0.metrics.map(\.name) }.reduce(into: []) { names, name in
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
    for row in rows { table.add([row.value] + cells(row, Format.metric)) }
    return table.text()
  }

  private var markdown: String {
    let head = [key] + names + ["seconds"]
    let lines = [head, ["---"] + head.dropFirst().map { _ in "---:" }]
    let body = rows.map { [$0.value] + cells($0, Format.metric) }
    return (lines + body).map { "| \($0.joined(separator: " | ")) |\n" }.joined()
  }

  private var csv: String {
    let head = ["\"\(key)\""] + names.map { "\"\($0)\"" } + ["\"seconds\""]
    let body = rows.map { row in
      ["\"\(row.value.replacingOccurrences(of: "\"", with: "\"\""))\""] + cells(row) { "\($0)" }
    }
    return ([head] + body).map { $0.joined(separator: ",") + "\n" }.joined()
  }

  /// What the numbers are of, and where the rest is.
  func notes(_ directory: String, _ transform: String) -> String {
    """
    Of the test set after the last epoch, in the scale of data.transform: \(transform). reconstruction_error is \
    the squared error of a sample, summed over its values; reconstruction_error_per_pixel is divided by their number.
    Pictures: \(rows.map { "\(directory)/\(Sweep.name(key, $0.value))/images" }.joined(separator: ", ")).

    """
  }

  func write(to directory: String, transform: String) throws {
    try writeAtomically(Array(csv.utf8), to: directory + "/table.csv")
    let page = markdown + "\n" + notes(directory, transform)
    try writeAtomically(Array(page.utf8), to: directory + "/table.md")
  }
}
