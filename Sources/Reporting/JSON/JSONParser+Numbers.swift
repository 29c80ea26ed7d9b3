extension JSONParser {
  /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
  mutating func number() throws(JSONError) -> JSONValue {
    let start = position
    _ = take("-")
    if !take("0") { try digits() }
    let isInteger = try !fraction()
    let hasExponent = try exponent()
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger && !hasExponent, let value = Int(text) { return .int(value) }
    guard let value = Double(text), value.isFinite else {
      throw JSONError(offset: start, message: "number out of range")
    }
    return .double(value)
  }

  private mutating func fraction() throws(JSONError) -> Bool {
    guard take(".") else { return false }
    try digits()
    return true
  }

  private mutating func exponent() throws(JSONError) -> Bool {
    guard take("e") || take("E") else { return false }
    _ = take("-") || take("+")
    try digits()
    return true
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    if position == start { throw error(next == nil ? "unexpected end" : "expected a value") }
  }
}
