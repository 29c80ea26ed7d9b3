/// A picture of 8-bit samples, as it is stored in a PNG file without alpha.
public struct PNGImage: Equatable, Sendable {
  /// Columns, in pixels.
  public var width: Int
  /// Rows, in pixels.
  public var height: Int
  /// Samples a pixel: 1 (gray) or 3 (RGB).
  public var channels: Int
  /// The samples, row-major and interleaved: `[height, width, channels]`.
  public var pixels: [UInt8]

  /// Wraps samples that are already there. The count of `pixels` must be
  /// `height * width * channels`; anything else is a programming error and traps.
  public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(channels == 1 || channels == 3, "a picture has 1 or 3 channels, not \(channels)")
    precondition(
      width >= 0 && height >= 0 && pixels.count == width * height * channels,
      "\(pixels.count) samples do not make \(height)x\(width)x\(channels)")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }
}
