import CPNGFile

/// A text that a PNG file carries, such as a title.
public struct PNGText: Equatable, Sendable {
  /// What the text is: `Title`, `Description` and `Software` are names that the specification knows.
  public var key: String
  /// The text. What Latin-1 has no letters for is kept as UTF-8 (an iTXt chunk, else tEXt).
  public var text: String

  /// A text.
  /// - Parameter key: 1 to 79 characters of Latin-1 without spaces at its ends; others are an error of
  ///   writing.
  public init(_ key: String, _ text: String) {
    (self.key, self.text) = (key, text)
  }

  /// The letters as Latin-1; nil where it lacks one. A zero would end a text in the file.
  static func latin1(_ text: String) -> [CChar]? {
    var bytes: [CChar] = []
    for scalar in text.unicodeScalars {
      guard (1...255).contains(scalar.value) else { return nil }
      bytes.append(CChar(bitPattern: UInt8(scalar.value)))
    }
    return bytes + [0]
  }

  /// The text as it stands in the file: bytes, and whether they are UTF-8.
  var stored: (bytes: [CChar], isUTF8: Bool) {
    if let bytes = Self.latin1(text) { return (bytes, false) }
    let whole = text.utf8.filter { $0 != 0 }
    return (whole.map { CChar(bitPattern: $0) } + [0], true)
  }
}

extension PNGImage {
  /// The texts of a PNG file, in their order; those behind its pixels are left out.
  ///
  /// Throws where the file is missing, is no PNG, or is damaged. C: `png_get_text`.
  public static func texts(reading path: String) throws(PNGError) -> [PNGText] {
    var found: [PNGText] = []
    var message = [CChar](repeating: 0, count: Int(SDT_PNG_MESSAGE))
    let result = withUnsafeMutablePointer(to: &found) { list in
      sdt_png_read_texts(
        path,
        { context, text in
          context!.assumingMemoryBound(to: [PNGText].self).pointee.append(PNGText(text!.pointee))
        }, list, &message)
    }
    guard result == 0 else { throw PNGError(path: path, message: string(message)) }
    return found
  }

  /// A C string in an array of characters.
  static func string(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension PNGText {
  /// A text as libpng gives it.
  fileprivate init(_ text: sdt_png_text) {
    func latin1(_ pointer: UnsafePointer<CChar>) -> String {
      var letters = String.UnicodeScalarView()
      var place = pointer
      while place.pointee != 0 {
        letters.append(Unicode.Scalar(UInt8(bitPattern: place.pointee)))
        place += 1
      }
      return String(letters)
    }
    let key = latin1(text.key)
    self.init(key, text.is_utf8 != 0 ? String(cString: text.text) : latin1(text.text))
  }
}
