import Foundation
import Reporting

extension Report {
  /// For people: a line a finding with its advice below, the times of sums, and what it comes to.
  public var text: String {
    var lines = [
      "\(counted(ranks, "rank")) on \(hosts.isEmpty ? "unknown hosts" : hosts.joined(separator: ", "))",
      "",
    ]
    let width = Check.allCases.map(\.rawValue.count).max()!
    lines.append(Self.row("check", "verdict", "what was found", width))
    lines.append(Self.row(dashes(width), dashes(7), dashes(14), width))
    for finding in ordered { lines += Self.lines(finding, width) }
    return lines.joined(separator: "\n") + "\n" + reductionTable + "\n" + summary + "\n"
  }

  private static func lines(_ finding: Finding, _ width: Int) -> [String] {
    let margin = width + 11
    var rest = wrapped(finding.found, 118 - margin)
    let first = row(finding.check.rawValue, finding.verdict.rawValue, rest.removeFirst(), width)
    let advice = finding.advice.map { wrapped("do: " + $0, 118 - margin) } ?? []
    return [first] + (rest + advice).map { String(repeating: " ", count: margin) + $0 }
  }

  private static func row(_ check: String, _ verdict: String, _ found: String, _ width: Int)
    -> String
  {
    check.padded(to: width) + "  " + verdict.padded(to: 7) + "  " + found
  }

  private func dashes(_ count: Int) -> String { String(repeating: "-", count: count) }

  private var reductionTable: String {
    guard !reductions.isEmpty else { return "" }
    var table = Table([
      .left("one sum over all ranks"), .right("size"), .right("time"), .right("GB/s"),
    ])
    for row in reductions {
      table.add([
        "by " + row.transport, Format.bytes(row.bytes),
        String(format: "%.1f µs", row.microseconds),
        String(format: "%.2f", row.gigabytesPerSecond),
      ])
    }
    return "\n" + table.text()
  }

  private var summary: String {
    let problems = findings.count { $0.verdict == .problem }
    let notes = findings.count { $0.verdict == .note }
    let ending = problems == 0 ? "no problem" : counted(problems, "problem")
    return "\(ending), \(counted(notes, "note"))"
  }
}

extension String {
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}

/// A text in lines of at most so many characters, broken at blanks; at least one line.
func wrapped(_ text: String, _ width: Int) -> [String] {
  var lines = [""]
  for word in text.split(separator: " ") {
    let last = lines[lines.count - 1]
    if last.isEmpty {
      lines[lines.count - 1] = String(word)
    } else if last.count + 1 + word.count <= width {
      lines[lines.count - 1] += " " + word
    } else {
      lines.append(String(word))
    }
  }
  return lines
}
