import CPNG
import Foundation
import PNG
import TestSupport
import Testing

@Suite("Reading PNG files")
struct ReadingTests {
  /// Writes a 2x1 picture in any of libpng's formats.
  private func write<Sample: BitwiseCopyable>(_ samples: [Sample], format: UInt32, to path: String)
  {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    (image.width, image.height, image.format) = (2, 1, format)
    let written = png_image_write_to_file(&image, path, 0, samples, 0, nil)
    #expect(written != 0)
  }

  @Test("transparency is composited on white")
  func alpha() throws {
    try withTemporaryFolder { directory in
      let path = directory + "/alpha.png"
      let format = UInt32(PNG_FORMAT_RGB) | UInt32(PNG_FORMAT_FLAG_ALPHA)
      write([10, 20, 30, 255, 10, 20, 30, 0] as [UInt8], format: format, to: path)
      let image = try PNGImage(reading: path)
      #expect(image.channels == 3)
      #expect(image.pixels == [10, 20, 30, 255, 255, 255])
    }
  }

  @Test("gray with transparency stays gray")
  func grayAlpha() throws {
    try withTemporaryFolder { directory in
      let path = directory + "/ga.png"
      write([77, 255, 77, 0] as [UInt8], format: UInt32(PNG_FORMAT_FLAG_ALPHA), to: path)
      let image = try PNGImage(reading: path)
      #expect(image == PNGImage(width: 2, height: 1, channels: 1, pixels: [77, 255]))
    }
  }

  @Test("16-bit samples become 8-bit")
  func sixteenBits() throws {
    try withTemporaryFolder { directory in
      let path = directory + "/linear.png"
      write([0, 65535] as [UInt16], format: UInt32(PNG_FORMAT_FLAG_LINEAR), to: path)
      let image = try PNGImage(reading: path)
      #expect(image.pixels == [0, 255])
    }
  }

  @Test("a missing file is named, with the system's message")
  func missing() {
    let error = #expect(throws: PNGError.self) { try PNGImage(reading: "/no/such/file.png") }
    #expect(error?.description == "/no/such/file.png: No such file or directory")
  }

  @Test("what is no PNG is refused", arguments: [Data(), Data("GIF89a, not a PNG".utf8)])
  func noPNG(contents: Data) throws {
    try withTemporaryFolder { directory in
      let path = directory + "/bad.png"
      try contents.write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: PNGError.self) { try PNGImage(reading: path) }
      #expect(error?.path == path)
      #expect(error?.message.isEmpty == false)
    }
  }

  @Test("every truncation of a file is an error, never a picture")
  func truncated() throws {
    try withTemporaryFolder { directory in
      let (path, cut) = (directory + "/whole.png", directory + "/cut.png")
      let pixels = (0..<400).map { UInt8($0 * 7 % 256) }
      try PNGImage(width: 20, height: 20, channels: 1, pixels: pixels).write(to: path)
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      // The last 20 bytes are two checksums and the IEND chunk; the samples end before them.
      for length in stride(from: 0, to: whole.count - 20, by: 13) {
        try whole.prefix(length).write(to: URL(fileURLWithPath: cut))
        #expect(throws: PNGError.self, "\(length) bytes") { try PNGImage(reading: cut) }
      }
    }
  }

  @Test("a header that announces a giant picture does not exhaust memory")
  func giant() throws {
    try withTemporaryFolder { directory in
      let path = directory + "/giant.png"
      try PNGImage(width: 1, height: 1, channels: 1, pixels: [0]).write(to: path)
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      // IHDR: length 8..<12, name 12..<16, width 16..<20, height 20..<24, …, checksum 29..<33.
      let side = withUnsafeBytes(of: UInt32(900_000).bigEndian) { Data($0) }
      bytes.replaceSubrange(16..<24, with: side + side)
      let header = [UInt8](bytes[12..<29])
      let checksum = withUnsafeBytes(of: UInt32(Self.crc32(header)).bigEndian) { Data($0) }
      bytes.replaceSubrange(29..<33, with: checksum)
      try bytes.write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: PNGError.self) { try PNGImage(reading: path) }
      #expect(error?.message == "too large: 900000x900000 pixels")
    }
  }

  /// The checksum of PNG chunks (ISO 3309), bit by bit.
  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in
        value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
      }
    }
  }
}
