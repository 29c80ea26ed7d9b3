/// One colour, 8 bits a channel.
///
/// Text and lines are grays: a picture of gray tiles then has at most 256 colours, and its file a byte a
/// pixel at most.
struct RGB: Equatable, Sendable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  static let white = gray(255)
  /// Text: dark, but not as hard as black.
  static let ink = gray(42)
  /// Text that may be overlooked.
  static let faint = gray(112)
  /// Frames of tiles: they hold a white tile together without drawing the eye.
  static let frame = gray(204)
  /// Where a tile has no value.
  static let nothing = gray(233)
  /// Lines behind points.
  static let grid = gray(236)
  /// Where a value is NaN: a colour that no scale has.
  static let invalid = RGB(red: 255, green: 0, blue: 200)

  static func gray(_ level: UInt8) -> RGB { RGB(red: level, green: level, blue: level) }

  /// Whether white text is read better on it than dark text (luma, Rec. 709).
  var isDark: Bool {
    0.2126 * Double(red) + 0.7152 * Double(green) + 0.0722 * Double(blue) < 130
  }
}
