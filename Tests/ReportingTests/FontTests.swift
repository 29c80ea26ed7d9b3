import PNG
import Testing

@testable import Reporting

@Suite("Font")
struct FontTests {
  private static let fonts = [Font.small, Font.large]

  private func drawing(_ font: Font, _ text: String) -> String {
    text.unicodeScalars.map { "\(font.glyph($0))" }.joined()
  }

  @Test("printable characters are drawn, each differently", arguments: fonts)
  func distinct(font: Font) {
    let printable = (33..<127).map { Unicode.Scalar(UInt8($0)) }
    #expect(Set(printable.map { "\(font.glyph($0))" }).count == 94)
    #expect(font.glyph(" ").rows.allSatisfy { $0 == 0 })
    #expect(printable.allSatisfy { font.has($0) && !font.glyph($0).rows.isEmpty })
  }

  @Test("capitals are as high as texts are laid out", arguments: fonts)
  func height(font: Font) {
    for letter in "ABCDEFGHIKLMNOPRSTUVWXYZ0123456789".unicodeScalars {
      let glyph = font.glyph(letter)
      #expect(glyph.top == 0 && glyph.rows.count == font.height, "\(letter)")
    }
    #expect(
      font.glyph("Ä").top < 0 && font.glyph("g").rows.count + font.glyph("g").top > font.height)
  }

  @Test("what titles need is in the font", arguments: fonts)
  func coverage(font: Font) {
    let needed = "±−×·…°²³½µσαβγδεθλμπρφωΔΣΩ≤≥≠≈∞√∂→←–—‘’“”«»éèüöäßøåñçšžłабвгя"
    for letter in needed.unicodeScalars { #expect(font.has(letter), "\(letter)") }
    #expect(drawing(font, "σ") != drawing(font, "o") && drawing(font, "−") != drawing(font, "±"))
  }

  @Test("others are boxes", arguments: ["猫", "😀", "\u{FFFD}"] as [Unicode.Scalar])
  func others(letter: Unicode.Scalar) {
    let box = Font.small.glyph(letter)
    #expect(box.rows.count == Font.small.height && box.rows.first == box.rows.last)
  }
}

@Suite("Texts of pictures")
struct PictureTextTests {
  @Test("accents join their letters; controls and turned directions are seen")
  func letters() {
    #expect(PictureText.letters("e\u{301}a\u{308}") == ["é", "ä"])
    #expect(
      PictureText.letters("a\nb\u{202E}c\u{7}") == [
        "a", "\u{FFFD}", "b", "\u{FFFD}", "c", "\u{FFFD}",
      ])
    #expect(
      PictureText.letters("x\u{330}\u{331}").count == 1, "marks without a letter of their own")
  }

  @Test("a long text ends in an ellipsis inside its room", arguments: [10, 50, 97, 400])
  func shortened(width: Int) {
    let text = String(repeating: "Wort ", count: 100)
    let short = PictureText.shortened(text, to: width, .small)
    #expect(short.hasSuffix("…") && Font.small.width(of: short) <= width)
    #expect(PictureText.shortened("Wort", to: 100, .small) == "Wort")
  }

  @Test("lines break between words, and inside one that is too long")
  func lines() {
    #expect(PictureText.lines("one two three", width: 69, .large) == ["one two", "three"])
    #expect(PictureText.lines("abcdefgh", width: 39, .large) == ["abcd", "efgh"])
    #expect(PictureText.lines("", width: 100, .large).isEmpty)
  }

  @Test("risen text has the dots of a text")
  func risen() {
    var (flat, risen) = (Canvas(width: 60, height: 60), Canvas(width: 60, height: 60))
    flat.text("Fg é", x: 10, y: 20, .small)
    risen.risingText("Fg é", x: 20, y: 49, .small)
    let (a, b) = (flat.image, risen.image)
    for y in 0..<60 {
      for x in 0..<60 {
        // A quarter of a turn: (10 + c, 20 + r) becomes (20 + r, 49 − c).
        let (tx, ty) = (y, 59 - x)
        #expect(a.pixels[(y * 60 + x) * 3] == b.pixels[(ty * 60 + tx) * 3])
      }
    }
  }
}
