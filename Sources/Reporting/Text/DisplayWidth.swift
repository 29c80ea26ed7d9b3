/// How many columns of a terminal text takes. Exact for what `harmless` returns.
enum DisplayWidth {
  /// The columns of a text.
  static func of(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + of($1) }
  }

  /// The columns of a character: 2 of Chinese, Japanese and Korean ones and of most emoji, 0 of what stands on
  /// the character before, else 1 (Unicode Standard Annex 11; C: `wcwidth(3)`).
  static func of(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return 1 }
    if (0x1160...0x11FF).contains(scalar.value) { return 0 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: return isWide(scalar) ? 2 : 1
    }
  }

  /// The longest beginning that fits in `columns`; where something is left out, `…` (`~` without
  /// Unicode) stands at its end.
  static func fitted(_ text: String, columns: Int, isUnicode: Bool = true) -> String {
    guard of(text) > columns else { return text }
    guard columns > 0 else { return "" }
    return prefix(text, columns: columns - 1) + (isUnicode ? "…" : "~")
  }

  /// The longest beginning that fits in `columns`.
  static func prefix(_ text: String, columns: Int) -> String {
    var (result, width) = (String.UnicodeScalarView(), 0)
    for scalar in text.unicodeScalars {
      width += of(scalar)
      if width > columns { break }
      result.append(scalar)
    }
    return String(result)
  }

  /// The text with spaces behind it, or in front of it, up to `columns`.
  static func padded(_ text: String, columns: Int, isRight: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, columns - of(text)))
    return isRight ? space + text : text + space
  }

  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isEmojiPresentation || wide.contains { $0.contains(scalar.value) }
  }

  /// Blocks of wide and full-width characters.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F,
    0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
    0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x3FFFD,
  ]
}
