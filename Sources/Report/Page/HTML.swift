/// A piece of a page. Text becomes HTML here and nowhere else.
struct HTML: ExpressibleByStringLiteral, Sendable {
  /// The source.
  let source: String

  private init(source: String) { self.source = source }

  /// Text of the program's own.
  init(stringLiteral text: String) { self = HTML.text(text) }

  /// Any text at all, inert.
  static func text(_ text: String) -> HTML { HTML(source: escaped(text)) }

  /// Pieces one after the other.
  static func all(_ parts: [HTML]) -> HTML {
    HTML(source: parts.map(\.source).joined(separator: "\n"))
  }

  /// Nothing.
  static let nothing = HTML(source: "")

  /// An element with its content.
  static func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], _ parts: [HTML]
  ) -> HTML {
    HTML(source: "\(opening(name, attributes))\(parts.map(\.source).joined())</\(name)>")
  }

  /// An element with text in it.
  static func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], _ text: String
  ) -> HTML { element(name, attributes, [.text(text)]) }

  /// An element that has no content, such as `img`.
  static func void(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String>) -> HTML
  {
    HTML(source: opening(name, attributes))
  }

  /// A script or a style sheet of the program's own, which is not escaped.
  static func embedded(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], program: [UInt8]
  ) -> HTML {
    HTML(
      source: "\(opening(name, attributes))\n\(String(decoding: program, as: UTF8.self))</\(name)>")
  }

  /// Data for the page's scripts. A `<` cannot stand in it, so nothing in it ends the element.
  static func data(id: String, _ json: String) -> HTML {
    let inert = json.replacing("<", with: "\\u003C")
    return HTML(
      source: "\(opening("script", ["type": "application/json", "id": id]))\(inert)</script>")
  }

  /// A whole document.
  static func document(head: [HTML], body: [HTML]) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    \(all(head).source)
    </head>
    <body>
    \(all(body).source)
    </body>
    </html>

    """
  }

  private static func opening(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String>
  ) -> String {
    "<\(name)" + attributes.map { " \($0)=\"\(escaped($1))\"" }.joined() + ">"
  }

  /// Characters that have a meaning in HTML by their names; control characters as pictures of themselves,
  /// since HTML knows no way to write most of them.
  static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case "\0"..<" ": result.unicodeScalars.append(Unicode.Scalar(0x2400 + scalar.value)!)
      case "\u{7F}"..."\u{9F}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
