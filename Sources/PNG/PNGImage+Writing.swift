import CPNG

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension PNGImage {
  /// Writes the picture as an 8-bit gray or RGB PNG file.
  ///
  /// The file appears whole or not at all: it is written under a temporary name beside `path` and
  /// renamed. Throws where the directory is missing or not writable, the disk is full, or the
  /// picture is empty or inconsistent. C: `png_image_write_to_file`.
  public func write(to path: String) throws(PNGError) {
    try check(path: path)
    let temporary = "\(path).\(getpid())-\(UInt32.random(in: 0...UInt32.max)).tmp"
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    image.width = png_uint_32(width)
    image.height = png_uint_32(height)
    image.format = channels == 3 ? UInt32(PNG_FORMAT_RGB) : UInt32(PNG_FORMAT_GRAY)
    // libpng closes and removes the file itself when it fails.
    guard png_image_write_to_file(&image, temporary, 0, pixels, 0, nil) != 0 else {
      throw PNGError(path: path, message: image.text)
    }
    guard rename(temporary, path) == 0 else {
      let message = String(cString: strerror(errno))
      unlink(temporary)
      throw PNGError(path: path, message: message)
    }
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
