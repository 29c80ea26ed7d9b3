extension Canvas {
  /// Text whose first capital has its upper left corner at (x, y).
  mutating func text(_ text: String, x: Int, y: Int, _ font: Font, _ color: RGB = .ink) {
    forEachDot(text, font) { column, row, canvas in
      canvas.fill(x: x + column, y: y + row, width: 1, height: 1, color)
    }
  }

  /// Text that is read from below: its first capital has its lower left corner at (x, y), and its top is
  /// on the left.
  mutating func risingText(_ text: String, x: Int, y: Int, _ font: Font, _ color: RGB = .ink) {
    forEachDot(text, font) { column, row, canvas in
      canvas.fill(x: x + row, y: y - column, width: 1, height: 1, color)
    }
  }

  /// Text in the middle of a range of columns.
  mutating func text(
    _ text: String, around x: Int, y: Int, _ font: Font, _ color: RGB = .ink
  ) {
    self.text(text, x: x - font.width(of: text) / 2, y: y, font, color)
  }

  private mutating func forEachDot(
    _ text: String, _ font: Font, _ draw: (_ column: Int, _ row: Int, inout Canvas) -> Void
  ) {
    for (index, letter) in PictureText.letters(text).enumerated() {
      let glyph = font.glyph(letter)
      for (row, bits) in glyph.rows.enumerated() where bits != 0 {
        for column in 0..<font.advance where bits >> (font.advance - 1 - column) & 1 != 0 {
          draw(index * font.advance + column, glyph.top + row, &self)
        }
      }
    }
  }
}
