/// Colours for classes that people with any colour vision tell apart: those of Okabe and Ito, "Color Universal
/// Design", 2008, with a darker yellow, which is read on white.
enum Palette {
  private static let colors: [(UInt8, UInt8, UInt8)] = [
    (0, 114, 178), (230, 159, 0), (0, 158, 115), (213, 94, 0), (204, 121, 167), (86, 180, 233),
    (128, 112, 0), (60, 60, 60),
  ]

  /// The number of different pairs of colour and mark.
  static let count = colors.count * Mark.allCases.count

  /// The colour of a class by its place among the classes.
  static func color(_ place: Int) -> RGB {
    let (red, green, blue) = colors[place % colors.count]
    return RGB(red: red, green: green, blue: blue)
  }
}
