#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reads a table of text line by line: cells between delimiters, `"` around cells if need be (but no
/// line break inside a cell), empty lines skipped. Gzipped files too.
struct CSVReader {
  let path: String
  let delimiter: UInt8

  /// Passes each line's number (from 1) and its cells, without quotes and blanks around them, to
  /// `body`, until that returns false. The cells are valid during the call only.
  func forEachLine(_ body: (Int, [UnsafeRawBufferPointer]) throws -> Bool) throws {
    let source = try FileSource(path)
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var filled = 0
    var line = 0
    var isFirst = true
    while true {
      let count = try buffer.withUnsafeMutableBytes {
        try source.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))
      }
      let isLast = count < buffer.count - filled
      filled += count
      let (used, goesOn) = try buffer.withUnsafeBytes { bytes in
        let skipped = isFirst && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        return try lines(
          of: UnsafeRawBufferPointer(rebasing: bytes[..<filled]), from: skipped, isLast: isLast,
          &line, body)
      }
      isFirst = false
      if isLast || !goesOn { return }
      buffer.replaceSubrange(..<(filled - used), with: Array(buffer[used..<filled]))
      filled -= used
      // A line longer than the buffer.
      if filled == buffer.count { buffer += [UInt8](repeating: 0, count: buffer.count) }
    }
  }

  /// Handles the whole lines of `text` from `start`; returns how many bytes they take.
  private func lines(
    of text: UnsafeRawBufferPointer, from start: Int, isLast: Bool, _ line: inout Int,
    _ body: (Int, [UnsafeRawBufferPointer]) throws -> Bool
  ) throws -> (used: Int, goesOn: Bool) {
    var at = start
    while at < text.count {
      let end = text[at...].firstIndex(of: 0x0A)
      if end == nil, !isLast { break }
      line += 1
      let content = trimmed(text, at..<(end ?? text.count))
      at = (end ?? text.count) + 1
      if content.isEmpty { continue }
      if try !body(line, cells(of: text, content)) { return (at, false) }
    }
    return (min(at, text.count), true)
  }

  private func cells(of text: UnsafeRawBufferPointer, _ range: Range<Int>)
    -> [UnsafeRawBufferPointer]
  {
    var result: [UnsafeRawBufferPointer] = []
    var start = range.lowerBound
    var isQuoted = false
    for at in range {
      let byte = text[at]
      if byte == 0x22 { isQuoted.toggle() }
      if byte == delimiter, !isQuoted {
        result.append(cell(text, start..<at))
        start = at + 1
      }
    }
    result.append(cell(text, start..<range.upperBound))
    return result
  }

  /// A cell without blanks around it, and without quotes around what remains.
  private func cell(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) -> UnsafeRawBufferPointer {
    var range = trimmed(text, range)
    if range.count >= 2, text[range.lowerBound] == 0x22, text[range.upperBound - 1] == 0x22 {
      range = range.lowerBound + 1..<range.upperBound - 1
    }
    return UnsafeRawBufferPointer(rebasing: text[range])
  }

  private func trimmed(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) -> Range<Int> {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high, isBlank(text[low]) { low += 1 }
    while high > low, isBlank(text[high - 1]) { high -= 1 }
    return low..<high
  }

  /// A tab may be the delimiter, and then it is no blank.
  private func isBlank(_ byte: UInt8) -> Bool {
    byte != delimiter && (byte == 0x20 || byte == 0x0D || byte == 0x09)
  }
}

/// The number in `cell`; nil when it is none. Most tables hold small integers, hence the short cut.
func number(_ cell: UnsafeRawBufferPointer) -> Double? {
  if cell.isEmpty || cell.count > 400 { return nil }
  if cell.count <= 9 {
    var value = 0
    for byte in cell {
      guard byte >= 0x30, byte <= 0x39 else { return slowNumber(cell) }
      value = value * 10 + Int(byte &- 0x30)
    }
    return Double(value)
  }
  return slowNumber(cell)
}

/// Any form that C knows, except hexadecimal and the names of infinities and NaN. `strtod`
private func slowNumber(_ cell: UnsafeRawBufferPointer) -> Double? {
  let isPlain = cell.allSatisfy { byte in
    (byte >= 0x30 && byte <= 0x39) || "+-.eE".utf8.contains(byte)
  }
  if !isPlain { return nil }
  return Double(String(decoding: cell, as: UTF8.self))
}
