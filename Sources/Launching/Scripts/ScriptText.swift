/// A script that grows line by line, in paragraphs.
struct ScriptText {
  private(set) var lines: [String] = []

  /// The whole script.
  var text: String { lines.joined(separator: "\n") + "\n" }

  /// One line, or several in one text.
  mutating func add(_ text: String) { lines.append(text) }

  /// More lines.
  mutating func add(_ more: [String]) { lines += more }

  /// A paragraph: nothing, where there are no lines.
  mutating func paragraph(_ more: [String]) {
    guard !more.isEmpty else { return }
    if lines.last?.isEmpty == false { lines.append("") }
    lines += more
  }

  /// A paragraph.
  mutating func paragraph(_ text: String) { paragraph([text]) }

  /// An array of bash, on one line where it fits there, otherwise with an option a line.
  static func array(_ name: String, _ words: [String]) throws -> String {
    let quoted = try words.map { try ShellWord.quoted($0) }
    let line = "\(name)=(\(quoted.joined(separator: " ")))"
    guard line.count > 100 else { return line }
    return "\(name)=(\n" + rows(quoted).map { "  \($0)\n" }.joined() + ")"
  }

  /// An option, and what belongs to it, in a row of its own.
  private static func rows(_ words: [String]) -> [String] {
    var rows: [String] = []
    for word in words {
      if word.hasPrefix("-") || rows.isEmpty {
        rows.append(word)
      } else {
        rows[rows.count - 1] += " " + word
      }
    }
    return rows
  }
}
