import Foundation

extension TraceSummary {
  /// The summary as a table for people: `most` names, then the longest waits.
  public func text(most: Int = 20) -> String {
    var lines = [Self.head]
    lines += rows.prefix(most).map(line)
    if rows.count > most { lines.append("… and \(rows.count - most) more names") }
    if !waits.isEmpty { lines += ["", "longest waits:"] + waits.map(line) }
    if lost > 0 { lines.append("\(lost) spans are missing: there was no room for them") }
    return lines.joined(separator: "\n")
  }

  private static let head =
    "own".leftPadded(6) + "total s".leftPadded(11) + "count".leftPadded(9)
    + "mean ms".leftPadded(11) + "max ms".leftPadded(11) + "  of rank  name"

  private func line(_ row: Row) -> String {
    let longest = row.ranks.max { $0.longest < $1.longest }
    return String(format: "%4.1f %%", 100 * row.share).leftPadded(6)
      + String(format: "%.3f", row.total).leftPadded(11) + "\(row.count)".leftPadded(9)
      + String(format: "%.3f", 1e3 * row.mean).leftPadded(11)
      + String(format: "%.3f", 1e3 * (longest?.longest ?? 0)).leftPadded(11)
      + "\(longest?.rank ?? 0)".leftPadded(9) + "  " + row.name.harmless()
  }

  private func line(_ wait: Wait) -> String {
    let whom = wait.awaited.map { " for \(name($0))" } ?? ""
    return String(format: "%10.3f ms at %.3f s: ", 1e3 * wait.seconds, wait.begin)
      + "\(name(wait.rank)) waited\(whom) (\(wait.name.harmless()))"
  }

  private func name(_ rank: Int) -> String { rankNames[rank]?.harmless() ?? "rank \(rank)" }
}

extension String {
  fileprivate func leftPadded(_ width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
