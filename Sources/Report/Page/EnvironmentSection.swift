import Foundation
import Reporting

/// Where the runs ran: the last start, and a line for each.
struct EnvironmentSection {
  private let runs: [RunFolder]

  init(_ runs: [RunFolder]) { self.runs = runs }

  var parts: [HTML] {
    runs.flatMap { run -> [HTML] in
      let starts = run.environment.starts
      guard let last = starts.last else { return [] }
      let name = runs.count > 1 ? "\(run.name): " : ""
      let table = HTML.table(
        caption: "\(name)the last start", columns: [.text("What"), .text("Value")],
        rows: Self.rows(last))
      let all = starts.count > 1 ? [Self.history(starts, name: name)] : []
      let parts = [table] + Self.variables(last) + all
      return runs.count > 1 ? [.folded(run.name, parts)] : parts
    }
  }

  private static let names = [
    ("version", "swift-dist-train"), ("mpi", "MPI"), ("openblas", "OpenBLAS"),
    ("core_type", "OpenBLAS kernels"), ("hdf5", "HDF5"), ("swift", "Swift"), ("cpu", "CPU"),
  ]

  private static func rows(_ start: JSONValue) -> [[HTML.Cell]] {
    let hosts = (start["hosts"]?.arrayValue ?? []).compactMap(\.stringValue)
    let known: [(String, String?)] = [
      ("Started", start["time"]?.doubleValue.map(Numbers.date)),
      ("Ranks", start["ranks"]?.intValue.map(Numbers.count)),
      ("Hosts", hosts.isEmpty ? nil : hosts.joined(separator: ", ")),
      ("Went on from step", start["step"]?.intValue.map(Numbers.count)),
    ]
    let rest = names.map { ($0.1, start[$0.0].flatMap(text)) }
    return (known + rest).compactMap { name, value in
      value.map { [HTML.Cell.text(name), .text($0)] }
    }
  }

  private static func text(_ value: JSONValue) -> String? {
    value.arrayValue.map { $0.map { text($0) ?? "" }.joined(separator: ", ") } ?? value.stringValue
      ?? value.doubleValue.map { Numbers.metric($0) }
  }

  private static func variables(_ start: JSONValue) -> [HTML] {
    guard case .object(let object) = start["environment"], !object.members.isEmpty else {
      return []
    }
    let rows = object.members.map { member -> [HTML.Cell] in
      [.text(member.key), .text(member.value.stringValue ?? member.value.encoded())]
    }
    let table = HTML.table(
      caption: "Environment variables of rank 0", columns: [.text("Variable"), .text("Value")],
      rows: rows)
    return [.folded("Environment variables", [table])]
  }

  private static func history(_ starts: [JSONValue], name: String) -> HTML {
    let shown = starts.suffix(200)
    let rows = shown.enumerated().map { place, start -> [HTML.Cell] in
      [
        .text("\(starts.count - shown.count + place + 1)"),
        .text(start["time"]?.doubleValue.map(Numbers.date) ?? "–"),
        .number(start["step"]?.intValue.map(Numbers.count) ?? "0"),
        .number(start["ranks"]?.intValue.map(Numbers.count) ?? "–"),
        .text(start["end"]?["state"]?.stringValue ?? "no word"),
      ]
    }
    return .table(
      caption: "\(name)all starts",
      columns: [
        .text("Start"), .text("When"), .number("From step"), .number("Ranks"), .text("End"),
      ], rows: rows)
  }
}
