import Foundation
import HDF5
import PNG
import TestSupport
import Testing

@testable import Datasets

/// Writes a PNG of one value a channel, making its folder.
private func picture(_ path: String, _ width: Int, _ height: Int, _ values: [UInt8]) throws {
  try FileManager.default.createDirectory(
    atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
  let pixels = (0..<width * height).flatMap { _ in values }
  try PNGImage(width: width, height: height, channels: values.count, pixels: pixels)
    .write(to: path)
}

@Suite struct ImageFolderTests {
  @Test func grayClasses() throws {
    try withTemporaryFolder { folder throws in
      try picture(folder + "/dog/2.png", 3, 2, [20])
      try picture(folder + "/dog/1.png", 3, 2, [10])
      try picture(folder + "/cat/9.PNG", 3, 2, [90])
      try write("ignored", to: folder + "/cat/notes.txt")
      try imported(ImageFolderImporter(folder)) { file throws in
        let images = try file.dataset("/train/images")
        #expect(images.shape == [3, 2, 3] && images.elementType == .uint8)
        let expected = [90, 10, 20].flatMap { [UInt8](repeating: $0, count: 6) }
        #expect(try images.readAll(as: UInt8.self) == expected)
        #expect(try file.dataset("/train/labels").readAll(as: Int.self) == [0, 1, 1])
        let names = try file.attributeStrings("class_names", on: "/train/labels")
        #expect(names == ["cat", "dog"])
        #expect(try file.attributeString("layout", on: "/train/images") == "NHW")
      }
    }
  }

  @Test func colourWithoutClasses() throws {
    try withTemporaryFolder { folder throws in
      try picture(folder + "/a.png", 2, 2, [1, 2, 3])
      try imported(ImageFolderImporter(folder)) { file throws in
        let images = try file.dataset("/train/images")
        #expect(images.shape == [1, 3, 2, 2])
        #expect(try images.readAll(as: Int.self) == [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
        #expect(try file.attributeString("layout", on: "/train/images") == "NCHW")
        #expect(try file.datasetPaths() == ["/train/images"])
      }
    }
  }

  @Test func trainAndTestFolders() throws {
    try withTemporaryFolder { folder throws in
      for part in ["train", "test"] {
        for name in ["x", "y"] { try picture("\(folder)/\(part)/\(name)/1.png", 2, 2, [7]) }
      }
      try imported(ImageFolderImporter(folder)) { file throws in
        #expect(try file.dataset("/train/labels").readAll(as: Int.self) == [0, 1])
        #expect(try file.dataset("/test/labels").readAll(as: Int.self) == [0, 1])
      }
      try picture(folder + "/test/z/1.png", 2, 2, [7])
      #expect(try importError(ImageFolderImporter(folder)).contains("other classes"))
    }
  }

  @Test func fractionForTesting() throws {
    try withTemporaryFolder { folder throws in
      for i in 0..<10 { try picture("\(folder)/\(i % 2)/\(i).png", 1, 1, [UInt8(i)]) }
      try imported(ImageFolderImporter(folder, testFraction: 0.3)) { file throws in
        let train = try file.dataset("/train/images").readAll(as: Int.self)
        let test = try file.dataset("/test/images").readAll(as: Int.self)
        #expect(train.count == 7 && (train + test).sorted() == Array(0..<10))
        #expect(try file.dataset("/test/labels").readAll(as: Int.self) == test.map { $0 % 2 })
      }
    }
  }

  @Test func refusesMixedAndBrokenImages() throws {
    try withTemporaryFolder { folder throws in
      #expect(try importError(ImageFolderImporter(folder)).contains("no PNG files here"))
      #expect(try importError(ImageFolderImporter(folder + "/none")).contains("cannot list it"))
      try picture(folder + "/a/1.png", 3, 2, [1])
      try picture(folder + "/a/2.png", 2, 2, [1])
      let mixed = try importError(ImageFolderImporter(folder))
      #expect(mixed.contains("/a/2.png: a gray image of 2×2 here, a gray image of 3×2 in"))
      try picture(folder + "/a/2.png", 3, 2, [1, 2, 3])
      #expect(try importError(ImageFolderImporter(folder)).contains("a colour image of 3×2"))
      try write("not a picture", to: folder + "/a/2.png")
      #expect(try importError(ImageFolderImporter(folder)).contains("/a/2.png"))
      try FileManager.default.createDirectory(
        atPath: folder + "/b", withIntermediateDirectories: true)
      #expect(try importError(ImageFolderImporter(folder)).contains("no PNG files in this class"))
      try picture(folder + "/stray.png", 3, 2, [1])
      #expect(try importError(ImageFolderImporter(folder)).contains("lies beside the folders"))
    }
  }
}
