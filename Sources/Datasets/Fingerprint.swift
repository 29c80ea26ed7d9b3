import HDF5
import Tensors

/// The identity of the datasets of a file: SHA-256 over their names, types, shapes and contents.
///
/// It does not depend on chunks, filters, byte order in the file, or other attributes, so that a
/// repacked file keeps its fingerprint. Written as `sha256:` and 64 hexadecimal digits.
public struct Fingerprint: Sendable {
  /// The name of the attribute of a file's root that holds the fingerprint.
  public static let attribute = "fingerprint"

  private var lines: [String: String] = [:]

  /// The fingerprint of no datasets.
  public init() {}

  /// Takes one dataset. `content` is the hash of its elements, row-major and little-endian.
  public mutating func add(path: String, type: ElementType, shape: [Int], content: SHA256) {
    let lengths = shape.map { String($0) }.joined(separator: ",")
    lines[path] = "\(path)\n\(type)\n\(lengths)\n\(content.hex)\n"
  }

  /// `sha256:…` over the datasets in the order of their paths.
  public var text: String {
    var hash = SHA256()
    for (_, line) in lines.sorted(by: { $0.key < $1.key }) { hash.update(line) }
    return "sha256:" + hash.hex
  }

  /// Reads all datasets of numbers in `file`, in pieces, and gives their fingerprint.
  /// Throws `HDF5Error`.
  public static func computed(of file: File) throws -> String {
    var fingerprint = Fingerprint()
    for path in try file.datasetPaths() {
      let dataset = try file.dataset(path)
      if case .other = dataset.elementType { continue }
      var hash = SHA256()
      try dataset.forEachPiece { _, bytes in hash.update(bytes) }
      fingerprint.add(
        path: path, type: dataset.elementType, shape: dataset.shape, content: hash)
    }
    return fingerprint.text
  }
}

extension Dataset {
  /// Reads the whole dataset in pieces of whole rows of about 4 MiB (at least one row), and passes
  /// the rows and their bytes to `body`, as `type` or else as stored.
  func forEachPiece(
    as type: ElementType? = nil, _ body: (Range<Int>, UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let type = type ?? elementType
    let rowBytes = rowElementCount * type.byteCount
    if rowBytes == 0 || rowCount == 0 { return }
    let step = piece(rowBytes: rowBytes)
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(step, rowCount) * rowBytes, alignment: 16)
    defer { buffer.deallocate() }
    for start in stride(from: 0, to: rowCount, by: step) {
      let rows = start..<min(start + step, rowCount)
      try read(rows: rows, as: type, into: buffer)
      try body(rows, UnsafeRawBufferPointer(rebasing: buffer[..<(rows.count * rowBytes)]))
    }
  }

  /// Rows of a piece: whole chunks where there are chunks, so that none is decompressed twice.
  private func piece(rowBytes: Int) -> Int {
    let rows = max(1, (4 << 20) / rowBytes)
    guard let chunkRows = chunk?.first, chunkRows < rows else { return rows }
    return rows / chunkRows * chunkRows
  }
}
