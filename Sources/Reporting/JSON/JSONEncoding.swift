extension JSONValue {
  /// The value as JSON text: on one line, or indented by two spaces a level if `pretty`.
  ///
  /// Stable: keys in their order, doubles in the shortest form that reads back as the same bits.
  public func encoded(pretty: Bool = false) -> String {
    var text = ""
    encode(into: &text, indent: pretty ? "\n" : nil)
    return text
  }

  /// `indent` is the line break with the indentation of this level, or `nil` for compact text.
  private func encode(into text: inout String, indent: String?) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .int(let value): text += String(value)
    case .double(let value): text += Self.number(value)
    case .string(let value): Self.quote(value, into: &text)
    case .array(let values):
      Self.list("[", values, "]", into: &text, indent: indent) { value, text, indent in
        value.encode(into: &text, indent: indent)
      }
    case .object(let object):
      Self.list("{", object.members, "}", into: &text, indent: indent) { member, text, indent in
        Self.quote(member.key, into: &text)
        text += indent == nil ? ":" : ": "
        member.value.encode(into: &text, indent: indent)
      }
    }
  }

  private static func list<Element>(
    _ open: String, _ elements: [Element], _ close: String, into text: inout String,
    indent: String?, encode: (Element, inout String, String?) -> Void
  ) {
    text += open
    let inner = indent.map { $0 + "  " }
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      text += inner ?? ""
      encode(element, &text, inner)
    }
    if !elements.isEmpty { text += indent ?? "" }
    text += close
  }

  /// Swift's description of a `Double` is the shortest that round-trips, and valid JSON if finite.
  private static func number(_ value: Double) -> String {
    if value.isFinite { return value.description }
    return value.isNaN ? "\"nan\"" : value > 0 ? "\"inf\"" : "\"-inf\""
  }

  private static func quote(_ string: String, into text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\0"..<" ": text += escape(scalar)
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
