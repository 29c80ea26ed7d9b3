import Foundation

/// The last lines of a log.
struct LogTail: Sendable {
  /// Whole lines, the last of them last.
  let lines: [String]

  /// At most the last 64 KiB of a file; nothing where there is none.
  init(_ path: String) {
    guard let file = FileHandle(forReadingAtPath: path) else {
      lines = []
      return
    }
    defer { try? file.close() }
    let size = (try? file.seekToEnd()) ?? 0
    let start = size > 65536 ? size - 65536 : 0
    try? file.seek(toOffset: start)
    let text = String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
    let all = text.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
    lines = start > 0 ? Array(all.dropFirst()) : all
  }

  /// The digest that was said last.
  var digest: String? {
    let mark = "digest: sha256:"
    return lines.reversed().lazy.compactMap { line in
      line.range(of: mark).map { "sha256:" + line[$0.upperBound...].prefix { $0.isHexDigit } }
    }.first
  }
}
