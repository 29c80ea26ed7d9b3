import Foundation

/// Tables of evaluations, such as confusion matrices, shaded by the share of the row.
struct MatrixSection {
  private let runs: [RunFolder]

  init(_ runs: [RunFolder]) { self.runs = runs }

  var parts: [HTML] {
    runs.flatMap { run in
      run.tables.flatMap { name, tables -> [HTML] in
        let title = runs.count > 1 ? "\(tables[0].title): \(run.name)" : tables[0].title
        let frames = tables.map { (step: $0.step, content: Self.matrix($0)) }
        return [
          .element("h3", [:], [.element("bdi", [:], title)]), .steps(frames, label: title),
        ]
      }
    }
  }

  private static func matrix(_ table: EvaluationTable) -> HTML {
    let head =
      [HTML.element("td", [:], "")]
      + table.columns.map { HTML.element("th", ["scope": "col"], [.element("bdi", [:], $0)]) }
    let rows = zip(table.rows, table.values).map { label, values in row(label, values) }
    let stage = table.stage.isEmpty ? "" : "Stage \(table.stage). "
    let caption =
      "\(stage)Rows: \(table.rowAxis). Columns: \(table.columnAxis). Darker is a larger share of the row."
    return .scrolling(
      [
        .element(
          "table", ["class": "matrix"],
          [
            .element("caption", [:], caption),
            .element("thead", [:], [.element("tr", [:], head)]),
            .element("tbody", [:], rows),
          ])
      ], label: table.title)
  }

  private static func row(_ label: String, _ values: [Double]) -> HTML {
    let sum = values.filter { $0.isFinite && $0 > 0 }.reduce(0, +)
    let cells = values.map { value in
      let share = sum > 0 && value.isFinite ? min(max(value / sum, 0), 1) : 0
      let text =
        value == value.rounded() && abs(value) < 1e15
        ? Numbers.count(Int(value)) : Numbers.metric(value)
      return HTML.element("td", ["style": String(format: "--share:%.3f", share)], text)
    }
    return .element(
      "tr", [:], [.element("th", ["scope": "row"], [.element("bdi", [:], label)])] + cells)
  }
}
