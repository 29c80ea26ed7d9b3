import Foundation

/// What a report needs of a PNG file without decoding it: its size in pixels, and what it says of itself.
struct PNGFile: Sendable {
  /// The file's bytes.
  let bytes: Data
  /// Pixels.
  let width: Int
  /// Pixels.
  let height: Int
  /// `tEXt` chunks by keyword, such as `Title` and `Description` (PNG specification, 11.3.4.3: Latin-1), and `iTXt`
  /// chunks that are not compressed (11.3.4.5: UTF-8).
  let texts: [String: String]

  /// - Returns: nil where the bytes are no whole PNG file, such as one that is being written.
  init?(_ bytes: Data) {
    guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) else { return nil }
    var (place, isWhole) = (8, false)
    var (width, height) = (0, 0)
    var texts: [String: String] = [:]
    while !isWhole, let chunk = Self.chunk(bytes, at: place) {
      switch chunk.kind {
      case "IHDR" where chunk.body.count == 13:
        (width, height) = (Self.number(bytes, at: place + 8), Self.number(bytes, at: place + 12))
      case "tEXt": Self.text(chunk.body).map { texts[$0.key] = $0.value }
      case "iTXt": Self.international(chunk.body).map { texts[$0.key] = $0.value }
      case "IEND": isWhole = true
      default: break
      }
      place += chunk.body.count + 12
    }
    guard isWhole, width > 0, height > 0 else { return nil }
    (self.bytes, self.width, self.height, self.texts) = (bytes, width, height, texts)
  }

  private static func chunk(_ bytes: Data, at place: Int) -> (kind: String, body: Data)? {
    guard place + 12 <= bytes.count else { return nil }
    let length = number(bytes, at: place)
    guard length <= bytes.count - place - 12 else { return nil }
    let kind = String(decoding: bytes[place + 4..<place + 8], as: UTF8.self)
    return (kind, bytes[place + 8..<place + 8 + length])
  }

  private static func number(_ bytes: Data, at place: Int) -> Int {
    bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
  }

  private static func text(_ body: Data) -> (key: String, value: String)? {
    guard let zero = body.firstIndex(of: 0) else { return nil }
    return (latin(body[..<zero]), latin(body[(zero + 1)...]))
  }

  /// Keyword, 0, compression flag and method, language, 0, translated keyword, 0, text.
  private static func international(_ body: Data) -> (key: String, value: String)? {
    let parts = body.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].count > 2, parts[1].first == 0 else { return nil }
    let rest = parts[1].dropFirst(2).split(
      separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
    guard rest.count == 3 else { return nil }
    return (latin(parts[0]), String(decoding: rest[2], as: UTF8.self))
  }

  private static func latin(_ bytes: Data) -> String {
    String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }
}
