/// Text that is not JSON.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where the trouble is, in UTF-8 bytes from the start.
  public let offset: Int
  /// What is wrong there.
  public let message: String

  /// One line with the place and the trouble.
  public var description: String { "byte \(offset): \(message)" }
}

extension JSONValue {
  /// Parses one JSON value with nothing but white space around it.
  ///
  /// Integers that fit become `int`, other numbers `double`. Throws on anything that RFC 8259 does
  /// not allow, on numbers beyond the range of `Double`, and on more than 256 nested lists.
  public init(parsing text: String) throws(JSONError) {
    try self.init(parsing: Array(text.utf8))
  }

  /// Parses the UTF-8 bytes of one JSON value; bytes that are not UTF-8 are an error.
  public init(parsing bytes: [UInt8]) throws(JSONError) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.value(depth: 0)
    parser.skipSpace()
    if parser.next != nil { throw parser.error("text after the value") }
  }
}

/// A recursive-descent parser over UTF-8 bytes.
struct JSONParser {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  func error(_ message: String) -> JSONError { JSONError(offset: position, message: message) }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
      position += 1
    }
  }

  /// Steps over `character` if it comes next.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws(JSONError) {
    if !take(character) { throw error("expected \"\(character)\"") }
  }

  mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    // A file must not be able to overflow the stack.
    if depth > 256 { throw error("too deeply nested") }
    skipSpace()
    switch next {
    case nil: throw error("unexpected end")
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    guard bytes[position...].starts(with: word.utf8) else { throw error("expected a value") }
    position += word.utf8.count
    return value
  }

  private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
    try expect("[")
    skipSpace()
    if take("]") { return [] }
    var values: [JSONValue] = []
    repeat {
      values.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    try expect("]")
    return values
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
    try expect("{")
    skipSpace()
    var object = JSONObject()
    if take("}") { return object }
    repeat {
      skipSpace()
      let key = try string()
      skipSpace()
      try expect(":")
      object[key] = try value(depth: depth + 1)
      skipSpace()
    } while take(",")
    try expect("}")
    return object
  }
}
