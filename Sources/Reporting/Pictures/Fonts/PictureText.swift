import Foundation

/// Texts as pictures show them: on one line, of letters that stand for themselves, in the room there is.
enum PictureText {
  /// The characters of a text, one a column: accents are joined with their letters where there is such a
  /// letter, else left out; control characters and what turns the direction of texts become boxes.
  static func letters(_ text: String) -> [Unicode.Scalar] {
    text.precomposedStringWithCanonicalMapping.unicodeScalars.compactMap { scalar in
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .enclosingMark: nil
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: "\u{FFFD}"
      default: scalar
      }
    }
  }

  /// A text of at most so many pixels: the end of a longer one is `…`.
  static func shortened(_ text: String, to width: Int, _ font: Font) -> String {
    let letters = letters(text)
    let room = max(1, (width + 1) / font.advance)
    guard letters.count > room else { return text }
    return string(letters.prefix(room - 1)) + "…"
  }

  /// A text as lines of at most so many pixels, broken between words, or inside one that is longer than a
  /// line. No text is no line.
  static func lines(_ text: String, width: Int, _ font: Font) -> [String] {
    let room = max(1, (width + 1) / font.advance)
    var lines: [[Unicode.Scalar]] = []
    for word in letters(text).split(separator: " ") {
      var rest = word
      if let last = lines.last, last.count + 1 + rest.count <= room {
        lines[lines.count - 1] += [" "] + rest
        continue
      }
      while rest.count > room {
        lines.append(Array(rest.prefix(room)))
        rest = rest.dropFirst(room)
      }
      lines.append(Array(rest))
    }
    return lines.map { string($0) }
  }

  private static func string(_ letters: some Sequence<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: letters)
    return String(view)
  }
}
