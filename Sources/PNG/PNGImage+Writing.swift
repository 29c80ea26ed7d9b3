import CPNGFile

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension PNGImage {
  /// Writes the picture as an 8-bit gray or RGB PNG file, or by a palette where it has at most 256
  /// colours; it reads back as it is in any case.
  ///
  /// The file appears whole or not at all: it is written under a temporary name beside `path` and
  /// renamed. Throws where the directory is missing or not writable, the disk is full, or the
  /// picture is empty or inconsistent. C: `png_write_row`, `png_set_PLTE`, `png_set_text`.
  /// - Parameter texts: what the file says of itself.
  public func write(to path: String, texts: [PNGText] = []) throws(PNGError) {
    try check(path: path)
    let temporary = "\(path).\(getpid())-\(UInt32.random(in: 0...UInt32.max)).tmp"
    var message = [CChar](repeating: 0, count: Int(SDT_PNG_MESSAGE))
    let indexed = indexed()
    let result = (indexed?.palette ?? []).withUnsafeBufferPointer { palette in
      (indexed?.indices ?? pixels).withUnsafeBufferPointer { pixels in
        var picture = sdt_png_picture(
          width: UInt32(width), height: UInt32(height), channels: Int32(channels),
          palette: indexed == nil ? nil : palette.baseAddress,
          palette_count: Int32(palette.count / 3),
          pixels: pixels.baseAddress)
        return Self.withStored(texts) {
          sdt_png_write(temporary, &picture, $0, Int32(texts.count), &message)
        }
      }
    }
    guard result == 0 else { throw PNGError(path: path, message: Self.string(message)) }
    guard rename(temporary, path) == 0 else {
      let message = String(cString: strerror(errno))
      unlink(temporary)
      throw PNGError(path: path, message: message)
    }
  }

  /// Lends texts to C.
  private static func withStored<Result>(
    _ texts: [PNGText], _ body: (UnsafePointer<sdt_png_text>?) -> Result
  ) -> Result {
    var stored: [sdt_png_text] = []
    defer {
      for text in stored {
        free(UnsafeMutablePointer(mutating: text.key))
        free(UnsafeMutablePointer(mutating: text.text))
      }
    }
    for text in texts {
      // A key beyond Latin-1 is one that libpng refuses: an empty one.
      let (bytes, isUTF8) = text.stored
      stored.append(
        sdt_png_text(
          key: strdup(PNGText.latin1(text.key) ?? [0]), text: strdup(bytes), is_utf8: isUTF8 ? 1 : 0
        )
      )
    }
    return body(stored)
  }

  /// The properties can be set one by one, so they are checked where they meet C.
  private func check(path: String) throws(PNGError) {
    guard width > 0, height > 0 else {
      throw PNGError(path: path, message: "cannot write a picture of \(width)x\(height) pixels")
    }
    guard channels == 1 || channels == 3, pixels.count == width * height * channels else {
      throw PNGError(
        path: path, message: "\(pixels.count) samples do not make \(height)x\(width)x\(channels)")
    }
  }
}
