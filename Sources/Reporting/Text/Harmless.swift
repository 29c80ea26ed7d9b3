extension String {
  /// The text as it may be shown on a terminal or in a log, whoever wrote it: nothing in it moves the
  /// cursor, changes colours or turns the direction of writing, and its width is the same everywhere.
  ///
  /// Control characters become their pictures (`␛`), line breaks and tabs spaces. What only joins or varies
  /// other characters goes, since terminals differ in how wide the result is: a family of emoji becomes its members.
  /// - Parameter isUnicode: whether UTF-8 can be shown; else what is not ASCII becomes `?`.
  public func harmless(isUnicode: Bool = true) -> String {
    if utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return self }
    var result = String.UnicodeScalarView()
    var marks = 0
    for scalar in unicodeScalars {
      let shown = Self.harmless(scalar, isUnicode: isUnicode)
      let isMark = shown.map { DisplayWidth.of($0) == 0 } ?? false
      marks = isMark ? marks + 1 : 0
      // Dozens of marks on one letter would paint over the lines above.
      if let shown, marks <= 2 { result.append(shown) }
    }
    return String(result)
  }

  private static func harmless(_ scalar: Unicode.Scalar, isUnicode: Bool) -> Unicode.Scalar? {
    let shown: Unicode.Scalar?
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0x2028, 0x2029: shown = " "
    case 0..<0x20: shown = Unicode.Scalar(0x2400 + scalar.value)
    case 0x7F: shown = "␡"
    // Flags are pairs of letters.
    case 0x1F1E6...0x1F1FF: shown = Unicode.Scalar(scalar.value - 0x1F1E6 + 0x41)
    // Variation selectors, and the tones of skin.
    case 0xFE00...0xFE0F, 0xE0100...0xE01EF, 0x1F3FB...0x1F3FF: shown = nil
    default:
      switch scalar.properties.generalCategory {
      case .control, .unassigned, .privateUse, .surrogate: shown = "\u{FFFD}"
      case .format: shown = nil
      default: shown = scalar
      }
    }
    guard let shown, !isUnicode, !shown.isASCII else { return shown }
    return DisplayWidth.of(shown) == 0 ? nil : "?"
  }
}
