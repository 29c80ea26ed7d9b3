import Testing

@testable import Reporting

@Suite("Font")
struct FontTests {
  private let printable = (33..<127).map { Character(Unicode.Scalar(UInt8($0))) }

  @Test("all printable characters are drawn, each differently")
  func distinct() {
    let drawings = printable.map { "\(Font.descent(of: $0)) \(Array(Font.rows(of: $0)))" }
    #expect(Set(drawings).count == 94)
    #expect(Font.rows(of: " ").allSatisfy { $0 == 0 })
    #expect(printable.allSatisfy { Font.rows(of: $0).contains { $0 != 0 } })
  }

  @Test("a character stands at its place")
  func place() {
    #expect(Array(Font.rows(of: "L")) == [16, 16, 16, 16, 16, 16, 31])
    #expect(Array(Font.rows(of: "T")) == [31, 4, 4, 4, 4, 4, 4])
  }

  @Test("others are question marks", arguments: ["é", "😀", "\u{7F}", "\n"] as [Character])
  func others(character: Character) {
    #expect(Font.rows(of: character) == Font.rows(of: "?"))
  }
}
