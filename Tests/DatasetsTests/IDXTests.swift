import Foundation
import HDF5
import TestSupport
import Testing

@testable import Datasets

/// The bytes of an IDX file of one-byte elements.
private func idx(_ shape: [Int], _ values: [UInt8], type: UInt8 = 8) -> [UInt8] {
  [0, 0, type, UInt8(shape.count)]
    + shape.flatMap { length in [24, 16, 8, 0].map { UInt8(length >> $0 & 255) } } + values
}

private let names = [
  "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
]

/// Writes four small files: 5 and 2 images of 3×4.
private func writeExample(_ folder: String) throws {
  try write(idx([5, 3, 4], (0..<60).map { $0 }), to: "\(folder)/\(names[0])")
  try write(idx([5], [0, 1, 2, 3, 4]), to: "\(folder)/\(names[1])")
  try write(idx([2, 3, 4], (100..<124).map { $0 }), to: "\(folder)/\(names[2])")
  try write(idx([2], [7, 8]), to: "\(folder)/\(names[3])")
}

@Suite struct IDXTests {
  @Test func importsFourFiles() throws {
    try withTemporaryFolder { folder throws in
      try writeExample(folder)
      try imported(IDXImporter(directory: folder)) { file throws in
        #expect(try file.dataset("/train/images").shape == [5, 3, 4])
        #expect(try file.dataset("/train/images").readAll(as: UInt8.self) == Array(0..<60))
        #expect(try file.dataset("/train/labels").readAll(as: UInt8.self) == [0, 1, 2, 3, 4])
        #expect(try file.dataset("/test/images").readAll(as: UInt8.self) == Array(100..<124))
        #expect(try file.dataset("/test/labels").readAll(as: UInt8.self) == [7, 8])
        #expect(try file.dataset("/test/images").filters == ["gzip(4)"])
      }
    }
  }

  @Test func swapsWideElements() throws {
    try withTemporaryFolder { folder throws in
      try writeExample(folder)
      let bytes = idx([2, 1, 1], [0x3F, 0x80, 0, 0, 0xC0, 0, 0, 0], type: 0x0D)
      try write(bytes, to: "\(folder)/\(names[2])")
      try imported(IDXImporter(directory: folder)) { file throws in
        #expect(try file.dataset("/test/images").readAll(as: Float.self) == [1, -2])
      }
    }
  }

  @Test func refusesDamagedFiles() throws {
    try withTemporaryFolder { folder throws in
      let importer = IDXImporter(directory: folder)
      func errorWith(_ bytes: [UInt8]) throws -> String {
        try writeExample(folder)
        try write(bytes, to: "\(folder)/\(names[0])")
        return try importError(importer)
      }
      let good = idx([5, 3, 4], (0..<60).map { $0 })
      let cut = try errorWith(good.dropLast(10))
      #expect(cut.contains(names[0]) && cut.contains("50 of 60 bytes"))
      #expect(try errorWith(Array(good.prefix(10))).contains("ends inside the IDX header"))
      #expect(try errorWith([]).contains("ends inside the IDX header"))
      #expect(try errorWith(good + [1]).contains("longer than its header"))
      #expect(try errorWith([1, 2] + good.dropFirst(2)).contains("not an IDX file: it starts"))
      #expect(try errorWith(idx([5, 3, 4], [], type: 0x0A)).contains("not an IDX file"))
      #expect(try errorWith(idx([6, 3, 4], (0..<72).map { $0 })).contains("5 labels for the 6"))
      let huge = idx([5, 0x7FFF_FFFF, 0x7FFF_FFFF], [])
      #expect(try errorWith(huge).contains("is too large"))
      #expect(try errorWith([0x1F, 0x8B, 8, 0, 1, 2, 3]).contains(names[0]))
    }
  }

  @Test func namesMissingFiles() throws {
    try withTemporaryFolder { folder throws in
      try writeExample(folder)
      try FileManager.default.removeItem(atPath: "\(folder)/\(names[3])")
      let text = try importError(IDXImporter(directory: folder))
      #expect(text.contains("no t10k-labels-idx1-ubyte (.gz or not)"))
      #expect(try importError(IDXImporter(directory: "/none")).contains("no train-images"))
    }
  }

  /// The real thing, if it is there: `SDT_DATA`, else `../shared/data`.
  @Test(arguments: ["mnist", "fashion-mnist"])
  func importsMNIST(_ name: String) throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let data = ProcessInfo.processInfo.environment["SDT_DATA"] ?? root.path + "/../shared/data"
    guard FileManager.default.fileExists(atPath: "\(data)/\(name)/\(names[0]).gz") else { return }
    try imported(IDXImporter(directory: "\(data)/\(name)")) { file throws in
      #expect(try file.dataset("/train/images").shape == [60000, 28, 28])
      #expect(try file.dataset("/test/images").shape == [10000, 28, 28])
      let labels = try file.dataset("/train/labels").readAll(as: Int.self)
      #expect(labels.count == 60000 && Set(labels) == Set(0...9))
      let pixels = try file.dataset("/test/images").readAll(as: UInt8.self)
      let mean = Double(pixels.reduce(0) { $0 + Int($1) }) / Double(pixels.count)
      #expect(abs(mean - (name == "mnist" ? 33.791 : 73.147)) < 0.001)
      let images = try DatasetInspection(of: file, values: false).datasets[2]
      #expect(images.path == "/train/images" && images.compressionRatio! > 1.5)
    }
  }

  @Test func readsGzippedFilesAndRefusesThoseCutOff() throws {
    guard Python.isReady() else { return }
    try withTemporaryFolder { folder throws in
      try writeExample(folder)
      let path = "\(folder)/\(names[0])"
      try Python.call(
        """
        import gzip, os
        data = open(args[0], 'rb').read()
        open(args[0] + '.gz', 'wb').write(gzip.compress(data))
        os.remove(args[0])
        """, path)
      try imported(IDXImporter(directory: folder)) { file throws in
        #expect(try file.dataset("/train/images").readAll(as: UInt8.self) == Array(0..<60))
      }
      let whole = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path + ".gz")))
      for length in [whole.count - 1, whole.count - 8, whole.count - 12, whole.count / 2, 5] {
        try write(Array(whole.prefix(length)), to: path + ".gz")
        let text = try importError(IDXImporter(directory: folder))
        #expect(text.contains(names[0]))
      }
      var damaged = whole
      damaged[whole.count - 6] ^= 1  // The check sum.
      try write(damaged, to: path + ".gz")
      #expect(try importError(IDXImporter(directory: folder)).contains("damaged"))
    }
  }
}
