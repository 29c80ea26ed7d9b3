import Foundation
import PNG
import TestSupport
import Testing

@Suite("Texts and palettes of PNG files")
struct TextTests {
  static let texts = [
    PNGText("Title", "Weights ± σ −3 … 3"),
    PNGText("Description", "Größe in café, \"quoted\"\nline"),
    PNGText("Software", "swift-dist-train 1.0"), PNGText("Empty", ""),
  ]
  private let image = PNGImage(width: 2, height: 1, channels: 3, pixels: [1, 2, 3, 4, 5, 6])

  @Test("texts are read back, Latin-1 and others")
  func roundTrip() throws {
    try withTemporaryFolder { directory in
      let path = directory + "/a.png"
      try image.write(to: path, texts: Self.texts)
      #expect(try PNGImage.texts(reading: path) == Self.texts)
      #expect(try PNGImage(reading: path) == image)
      try image.write(to: path)
      #expect(try PNGImage.texts(reading: path).isEmpty)
    }
  }

  @Test("Pillow reads the same texts and pixels")
  func pillow() throws {
    guard Python.isReady() else { return }
    try withTemporaryFolder { directory in
      let path = directory + "/a.png"
      try image.write(to: path, texts: Self.texts)
      let text = try Python.call(
        """
        from PIL import Image
        image = Image.open(args[0])
        image.load()
        print(json.dumps([dict(image.text), np.asarray(image.convert("RGB")).ravel().tolist()]))
        """, path)
      let found = try #require(
        try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [Any])
      let expected = Dictionary(uniqueKeysWithValues: Self.texts.map { ($0.key, $0.text) })
      #expect(found[0] as? [String: String] == expected)
      #expect(found[1] as? [Int] == [1, 2, 3, 4, 5, 6])
    }
  }

  @Test("a zero byte in a text ends nothing, and hostile keys are refused")
  func hostile() throws {
    try withTemporaryFolder { directory in
      let path = directory + "/a.png"
      try image.write(to: path, texts: [PNGText("Title", "a\0b")])
      #expect(try PNGImage.texts(reading: path) == [PNGText("Title", "ab")])
      let long = PNGText("Description", String(repeating: "猫 ", count: 50_000))
      try image.write(to: path, texts: [long])
      #expect(try PNGImage.texts(reading: path) == [long])
      for key in ["", "猫"] {
        #expect(throws: PNGError.self) {
          try image.write(to: directory + "/b.png", texts: [PNGText(key, "x")])
        }
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["a.png"])
    }
  }

  @Test("damage to a file is an error, not texts", arguments: [Data(), Data("no PNG".utf8)])
  func damaged(contents: Data) throws {
    try withTemporaryFolder { directory in
      let path = directory + "/bad.png"
      try contents.write(to: URL(fileURLWithPath: path))
      #expect(throws: PNGError.self) { try PNGImage.texts(reading: path) }
      #expect(throws: PNGError.self) { try PNGImage.texts(reading: directory + "/none.png") }
    }
  }

  @Test(
    "few colours take a palette and come back as they were", arguments: [1, 2, 3, 5, 17, 256, 257])
  func palettes(colors: Int) throws {
    let pixels = (0..<600).flatMap { place -> [UInt8] in
      let color = place % colors
      return [UInt8(color % 256), UInt8(color / 256), 77]
    }
    let image = PNGImage(width: 30, height: 20, channels: 3, pixels: pixels)
    try withTemporaryFolder { directory in
      let path = directory + "/a.png"
      try image.write(to: path)
      #expect(try PNGImage(reading: path) == image)
      // IHDR: bits a sample at 24, the kind of colour at 25; 3 is a palette, 2 is RGB.
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      let bits = colors <= 2 ? 1 : colors <= 4 ? 2 : colors <= 16 ? 4 : 8
      #expect(bytes[24] == UInt8(bits) && bytes[25] == (colors <= 256 ? 3 : 2))
    }
  }
}
