import Foundation
import HDF5

/// Imports the four files of MNIST and of all that is distributed like it, gzipped or not:
/// `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte`,
/// `t10k-labels-idx1-ubyte`, into `/train/images` [N, H, W], `/train/labels` [N], `/test/images`
/// and `/test/labels`.
///
/// Format: Yann LeCun, "The MNIST database of handwritten digits": two zero bytes, the code of the
/// element type, the number of axes, the lengths of the axes, the elements; all big-endian.
public struct IDXImporter: DatasetImporter {
  private let directory: String

  /// An importer of the four files in `directory`.
  public init(directory: String) {
    self.directory = directory
  }

  private static let files = [
    ("train-images", 3, "/train/images"), ("train-labels", 1, "/train/labels"),
    ("t10k-images", 3, "/test/images"), ("t10k-labels", 1, "/test/labels"),
  ]

  /// See `DatasetImporter`. All four files must be there.
  public func importDatasets(into writer: DatasetWriter) throws {
    let found = Self.files.map { find($0.0, rank: $0.1) }
    let missing = zip(Self.files, found).filter { $0.1 == nil }.map {
      "\($0.0.0)-idx\($0.0.1)-ubyte"
    }
    if !missing.isEmpty {
      throw DatasetError(
        directory, "no \(missing.joined(separator: ", ")) (.gz or not)",
        advice: "name the directory that holds the four IDX files")
    }
    let arrays = try found.map { try IDXArray($0!) }
    try Self.checkCounts(arrays[0], arrays[1])
    try Self.checkCounts(arrays[2], arrays[3])
    for (array, file) in zip(arrays, Self.files) { try array.copy(to: file.2, of: writer) }
  }

  /// The path of the file, by the name in use or by the one with a dot, plain or gzipped.
  private func find(_ stem: String, rank: Int) -> String? {
    let names = ["\(stem)-idx\(rank)-ubyte", "\(stem).idx\(rank)-ubyte"]
    return names.flatMap { ["\(directory)/\($0)", "\(directory)/\($0).gz"] }
      .first { FileManager.default.fileExists(atPath: $0) }
  }

  private static func checkCounts(_ images: IDXArray, _ labels: IDXArray) throws {
    if images.shape.first == labels.shape.first { return }
    throw DatasetError(
      labels.source.name,
      "\(labels.shape.first ?? 0) labels for the \(images.shape.first ?? 0) images of "
        + images.source.name, advice: "take both files from one place")
  }
}

/// The header of an IDX file, and its elements to come.
struct IDXArray {
  let source: any ByteSource
  let type: ElementType
  let shape: [Int]

  /// Opens the file and reads its header.
  init(_ path: String) throws {
    let source = try FileSource(path)
    let magic = try source.bytes(4, "the IDX header")
    guard magic[0] == 0, magic[1] == 0, let type = Self.types[magic[2]], magic[3] > 0 else {
      let text = magic.map { String($0, radix: 16) }.joined(separator: " ")
      throw DatasetError(
        path, "not an IDX file: it starts with the bytes \(text)",
        advice: "the first four should be 0, 0, a type such as 8, and the number of axes")
    }
    shape = try (0..<Int(magic[3])).map { _ in
      try source.bytes(4, "the IDX header").reduce(0) { $0 << 8 | Int($1) }
    }
    self.type = type
    self.source = source
  }

  private static let types: [UInt8: ElementType] = [
    0x08: .uint8, 0x09: .int8, 0x0B: .int16, 0x0C: .int32, 0x0D: .float32, 0x0E: .float64,
  ]

  /// Copies the elements to the dataset `path`, and checks that the file ends there.
  func copy(to path: String, of writer: DatasetWriter) throws {
    let rows = try writer.add(path, shape: shape, type: type)
    let width = type.byteCount
    let rowBytes = shape.dropFirst().reduce(width, *)
    try source.copyRows(shape[0], rowBytes: rowBytes, to: rows) { bytes in
      if width > 1 { swapBytes(bytes, width: width) }
    }
    try source.checkEnd()
  }
}

/// Reverses the bytes of each element of `width` bytes.
private func swapBytes(_ bytes: UnsafeMutableRawBufferPointer, width: Int) {
  for start in stride(from: 0, to: bytes.count, by: width) {
    for i in 0..<width / 2 { bytes.swapAt(start + i, start + width - 1 - i) }
  }
}
