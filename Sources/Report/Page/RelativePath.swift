import Foundation

/// Links to files beside the page.
enum RelativePath {
  /// The way from a folder to a file, both as this process names them.
  static func from(_ folder: String, to path: String) -> String {
    let (from, to) = (parts(folder), parts(path))
    let shared = zip(from, to).prefix { $0 == $1 }.count
    let up = Array(repeating: Substring(".."), count: from.count - shared)
    let way = up + to[shared...]
    return way.isEmpty ? "." : way.joined(separator: "/")
  }

  /// A link that goes nowhere but to a file: a name cannot become a scheme, a query or a fragment.
  static func link(to path: String, from folder: String, text: String) -> HTML {
    let way = from(folder, to: path).split(separator: "/").map(encoded).joined(separator: "/")
    return .element("a", ["href": "./" + way], [.element("bdi", [:], text)])
  }

  private static func parts(_ path: String) -> [Substring] {
    let here = FileManager.default.currentDirectoryPath
    let whole = path.hasPrefix("/") ? path : here + "/" + path
    return whole.split(separator: "/").reduce(into: []) { parts, part in
      switch part {
      case ".": break
      case "..": if !parts.isEmpty { parts.removeLast() }
      default: parts.append(part)
      }
    }
  }

  /// RFC 3986, 2.3: all but unreserved characters as bytes in hexadecimal.
  private static func encoded(_ part: Substring) -> String {
    part.utf8.map { byte -> String in
      let isPlain =
        byte < 128
        && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber
          || "-._~".utf8.contains(byte))
      return isPlain ? String(Unicode.Scalar(byte)) : String(format: "%%%02X", byte)
    }.joined()
  }
}
