import Foundation
import PNG
import TestSupport
import Testing

@Suite("Writing PNG files")
struct WritingTests {
  @Test("a picture comes back as it was written", arguments: [1, 3], [(1, 1), (7, 5), (64, 3)])
  func roundTrip(channels: Int, size: (width: Int, height: Int)) throws {
    let count = size.width * size.height * channels
    let pixels = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    let image = PNGImage(
      width: size.width, height: size.height, channels: channels, pixels: pixels)
    try withTemporaryFolder { directory in
      try image.write(to: directory + "/a.png")
      #expect(try PNGImage(reading: directory + "/a.png") == image)
    }
  }

  @Test("a second write replaces the first and leaves no temporary file")
  func replaces() throws {
    try withTemporaryFolder { directory in
      let path = directory + "/a.png"
      try PNGImage(width: 1, height: 1, channels: 1, pixels: [1]).write(to: path)
      try PNGImage(width: 1, height: 1, channels: 1, pixels: [2]).write(to: path)
      #expect(try PNGImage(reading: path).pixels == [2])
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["a.png"])
    }
  }

  @Test("a missing directory is an error that names the file")
  func missingDirectory() {
    let image = PNGImage(width: 1, height: 1, channels: 1, pixels: [0])
    let error = #expect(throws: PNGError.self) { try image.write(to: "/no/such/dir/a.png") }
    #expect(error?.description == "/no/such/dir/a.png: No such file or directory")
  }

  @Test("a failed rename leaves no temporary file behind")
  func ontoDirectory() throws {
    try withTemporaryFolder { directory in
      let path = directory + "/taken"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      let image = PNGImage(width: 1, height: 1, channels: 1, pixels: [0])
      #expect(throws: PNGError.self) { try image.write(to: path) }
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["taken"])
    }
  }

  @Test("an empty or inconsistent picture is an error")
  func inconsistent() throws {
    try withTemporaryFolder { directory in
      let empty = PNGImage(width: 0, height: 3, channels: 1, pixels: [])
      #expect(throws: PNGError.self) { try empty.write(to: directory + "/a.png") }
      var short = PNGImage(width: 2, height: 2, channels: 1, pixels: [0, 0, 0, 0])
      short.channels = 3
      #expect(throws: PNGError.self) { try short.write(to: directory + "/a.png") }
      let files = try FileManager.default.contentsOfDirectory(atPath: directory)
      #expect(files == [])
    }
  }

  @Test("an error is one line even if the path is not")
  func oneLine() {
    let error = PNGError(path: "a\nb.png", message: "bad")
    #expect(error.description == "a b.png: bad")
  }
}
