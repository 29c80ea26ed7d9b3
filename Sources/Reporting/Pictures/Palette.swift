/// Colours for classes: ten that are told apart at a glance, then their lighter sisters, then again.
enum Palette {
  private static let strong: [(UInt8, UInt8, UInt8)] = [
    (31, 119, 180), (255, 127, 14), (44, 160, 44), (214, 39, 40), (148, 103, 189),
    (140, 86, 75), (227, 119, 194), (110, 110, 110), (171, 172, 26), (23, 190, 207),
  ]

  /// The number of different colours.
  static let count = 2 * strong.count

  /// The colour of a class by its place among the classes.
  static func color(_ place: Int) -> RGB {
    let (red, green, blue) = strong[place % strong.count]
    guard place / strong.count % 2 == 1 else { return RGB(red: red, green: green, blue: blue) }
    func lighter(_ value: UInt8) -> UInt8 { UInt8((Int(value) + 255) / 2) }
    return RGB(red: lighter(red), green: lighter(green), blue: lighter(blue))
  }
}
