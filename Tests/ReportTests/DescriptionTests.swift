import Foundation
import Reporting
import Testing

@Suite struct DescriptionTests {
  /// The text that people read about metrics.
  private static let text: String = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Documentation/files.md").standardizedFileURL
    return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
  }()

  @Test("what a report explains is in the documentation, and the other way round")
  func documented() {
    for metric in MetricDescription.all {
      #expect(Self.text.contains("`\(metric.name)`"), "\(metric.name)")
    }
    // Rows of the tables of metrics: | `a`, `b` | meaning |
    let rows = Self.text.components(separatedBy: "| value | meaning |").dropFirst()
      .flatMap { $0.components(separatedBy: "\n\n")[0].split(separator: "\n") }
      .filter { $0.hasPrefix("| `") }
    #expect(rows.count > 20)
    for row in rows {
      let cell = row.split(separator: "|")[0]
      let names = cell.split(separator: "`").filter { !$0.allSatisfy { " ,".contains($0) } }
      for name in names {
        #expect(MetricDescription.of(String(name)) != nil, "\(name) has no description")
      }
    }
  }

  @Test("no metric is described twice") func unique() {
    let names = MetricDescription.all.map(\.name)
    #expect(Set(names).count == names.count)
  }
}
