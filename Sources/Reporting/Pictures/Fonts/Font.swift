import Foundation

/// A bitmap font of letters of Europe and signs of mathematics.
///
/// Pictures are labelled without a font library, which would be one more thing to install on a
/// cluster, and look the same everywhere. Glyphs are those of X.Org's font-misc-misc, public domain.
struct Font: Sendable {
  /// For numbers, notes, and where there is little room: 7 columns a character.
  static let small = Font(glyphs: smallGlyphs, advance: 7, capitals: 2..<11, digits: 2)
  /// For titles and labels: 10 columns a character.
  static let large = Font(glyphs: largeGlyphs, advance: 10, capitals: 3..<16, digits: 3)

  /// Columns from one character to the next.
  let advance: Int
  /// Rows of a capital: the height that texts are laid out by. Accents stand above, tails below it.
  let height: Int
  /// Rows above a capital.
  let ascent: Int
  private let glyphs: [UInt32: Glyph]

  /// A character's dots.
  struct Glyph {
    /// The first row with dots, counted from the top of a capital.
    var top = 0
    /// The rows, top first. The bit `1 << (4 × digits − 1)` is left of column 0 by what is unused.
    var rows: [UInt16] = []
  }

  private init(glyphs text: String, advance: Int, capitals: Range<Int>, digits: Int) {
    (self.advance, height, ascent) = (advance, capitals.count, capitals.lowerBound)
    var glyphs: [UInt32: Glyph] = [:]
    for word in text.split(whereSeparator: \.isWhitespace) {
      let parts = word.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 3, let code = UInt32(parts[0], radix: 16),
        let top = Int(parts[1], radix: 16)
      else { continue }
      let dots = Array(parts[2])
      glyphs[code] = Glyph(
        top: top - capitals.lowerBound,
        rows: stride(from: 0, to: dots.count, by: digits).map {
          UInt16(String(dots[$0..<$0 + digits]), radix: 16) ?? 0
        })
    }
    self.glyphs = glyphs
  }

  /// The dots of a character. What is not in the font is shown as a box.
  func glyph(_ scalar: Unicode.Scalar) -> Glyph { glyphs[scalar.value] ?? box }

  /// Whether the font has a character.
  func has(_ scalar: Unicode.Scalar) -> Bool { glyphs[scalar.value] != nil }

  private var box: Glyph {
    let full = UInt16((1 << (advance - 1)) - 2)
    let sides = UInt16(1 << (advance - 2) | 2)
    return Glyph(rows: [full] + Array(repeating: sides, count: height - 2) + [full])
  }

  /// The columns that a text takes.
  func width(of text: String) -> Int { max(0, PictureText.letters(text).count * advance - 1) }
}
