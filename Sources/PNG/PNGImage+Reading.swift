import CPNG

extension PNGImage {
  /// More pixels than any picture that makes sense as a training sample. A damaged header may
  /// announce terabytes, and an allocation of that size would end the process.
  private static let mostPixels = 1 << 28

  /// Reads any PNG file: gray ones as one channel, all others (RGB, palette) as three; 16-bit
  /// samples become 8-bit sRGB, and transparency is composited on white.
  ///
  /// Throws where the file is missing, is no PNG, is damaged or truncated, or is larger than 2^28
  /// pixels. C: `png_image_begin_read_from_file`, `png_image_finish_read`.
  public init(reading path: String) throws(PNGError) {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    // Frees what a failed read leaves behind; after a complete one it does nothing.
    defer { png_image_free(&image) }
    guard png_image_begin_read_from_file(&image, path) != 0 else {
      throw PNGError(path: path, message: image.text)
    }
    guard Int(image.width) * Int(image.height) <= Self.mostPixels else {
      throw PNGError(path: path, message: "too large: \(image.width)x\(image.height) pixels")
    }
    self = try Self.finish(&image, path: path)
  }

  private static func finish(_ image: inout png_image, path: String) throws(PNGError) -> PNGImage {
    let isColor = image.format & UInt32(PNG_FORMAT_FLAG_COLOR) != 0
    image.format = isColor ? UInt32(PNG_FORMAT_RGB) : UInt32(PNG_FORMAT_GRAY)
    let (width, height, channels) = (Int(image.width), Int(image.height), isColor ? 3 : 1)
    var white = png_color(red: 255, green: 255, blue: 255)
    var pixels = [UInt8](repeating: 0, count: width * height * channels)
    // A row stride of 0 means rows without padding.
    guard png_image_finish_read(&image, &white, &pixels, 0, nil) != 0 else {
      throw PNGError(path: path, message: image.text)
    }
    return PNGImage(width: width, height: height, channels: channels, pixels: pixels)
  }
}

extension png_image {
  /// The message that libpng left, a C string in a tuple of characters.
  var text: String {
    withUnsafeBytes(of: message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
