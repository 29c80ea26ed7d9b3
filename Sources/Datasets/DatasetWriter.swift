import HDF5
import Tensors

/// Writes the datasets of one file in the layout that suits training: chunks of whole rows, gzip,
/// and a fingerprint.
public final class DatasetWriter {
  /// What was written.
  public struct Summary: Sendable, Equatable {
    /// The datasets in the order in which they were made: path, type and shape.
    public var datasets: [(path: String, type: ElementType, shape: [Int])]
    /// `sha256:…` over all of them.
    public var fingerprint: String

    /// Whether the same datasets were written.
    public static func == (a: Summary, b: Summary) -> Bool { a.fingerprint == b.fingerprint }
  }

  /// The file being written, for attributes.
  public let file: File
  private let deflate: Int?
  private var rows: [RowWriter] = []

  init(_ file: File, deflate: Int? = 4) {
    self.file = file
    self.deflate = deflate
  }

  /// Writes `path` atomically: `body` adds datasets; then the fingerprint is set.
  ///
  /// Nothing is left behind when anything throws. `deflate` is the gzip level, nil for none.
  @discardableResult
  public static func write(
    to path: String, deflate: Int? = 4, _ body: (DatasetWriter) throws -> Void
  ) throws -> Summary {
    try File.creatingAtomically(path) { file in
      let writer = DatasetWriter(file, deflate: deflate)
      try body(writer)
      return try writer.finish()
    }
  }

  /// Adds a dataset whose rows are appended to the result until it has as many as `shape` says.
  public func add(_ path: String, shape: [Int], type: ElementType) throws -> RowWriter {
    if rows.contains(where: { $0.dataset.path == path }) {
      throw DatasetError(file.path, "two arrays would both become \(path)", advice: "rename one")
    }
    let rowBytes = try checkedRowBytes(path, shape, type)
    let dataset = try file.createDataset(
      path, shape: shape, type: type,
      chunk: shape.isEmpty ? nil : [Self.chunkRows(rowBytes)] + shape.dropFirst(),
      deflate: shape.isEmpty ? nil : deflate,
      shuffle: !shape.isEmpty && deflate != nil && type.byteCount > 1)
    rows.append(RowWriter(dataset))
    return rows[rows.count - 1]
  }

  /// Bytes of a row; throws for lengths that only a damaged header can ask for.
  private func checkedRowBytes(_ path: String, _ shape: [Int], _ type: ElementType) throws -> Int {
    var bytes = type.byteCount
    var isSane = true
    for (axis, length) in shape.enumerated().reversed() {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
      isSane = isSane && !overflow && product < 1 << 50 && (axis == 0 || product <= 1 << 30)
      if !isSane { break }
      if axis > 0 { bytes = product }
    }
    if isSane { return bytes }
    throw DatasetError(
      file.path, "\(path) of shape \(shape) is too large", advice: "the input's header is damaged")
  }

  /// Adds a dataset of all its `values`, row-major.
  public func add<T: HDF5Element>(_ path: String, shape: [Int], values: [T]) throws {
    let writer = try add(path, shape: shape, type: T.elementType)
    try values.withUnsafeBytes { try writer.append($0) }
  }

  /// Adds integer labels `[N]`, in the smallest of uint8, int32 and int64 that holds them.
  func addLabels(_ path: String, _ labels: [Int]) throws {
    let low = labels.min() ?? 0
    let high = labels.max() ?? 0
    if low >= 0, high <= Int(UInt8.max) {
      try add(path, shape: [labels.count], values: labels.map { UInt8($0) })
    } else if low >= Int(Int32.min), high <= Int(Int32.max) {
      try add(path, shape: [labels.count], values: labels.map { Int32($0) })
    } else {
      try add(path, shape: [labels.count], values: labels)
    }
  }

  /// Whole rows that make a chunk of at most 128 KiB, and at least one.
  static func chunkRows(_ rowBytes: Int) -> Int {
    max(1, (128 << 10) / max(1, rowBytes))
  }

  private func finish() throws -> Summary {
    var fingerprint = Fingerprint()
    for row in rows {
      try row.checkComplete()
      fingerprint.add(
        path: row.dataset.path, type: row.dataset.elementType, shape: row.dataset.shape,
        content: row.hash)
    }
    try file.setAttribute(Fingerprint.attribute, fingerprint.text)
    return Summary(
      datasets: rows.map { ($0.dataset.path, $0.dataset.elementType, $0.dataset.shape) },
      fingerprint: fingerprint.text)
  }
}

/// Takes the rows of one dataset in order.
public final class RowWriter {
  let dataset: Dataset
  private(set) var hash = SHA256()
  private var next = 0

  init(_ dataset: Dataset) {
    self.dataset = dataset
  }

  /// Appends whole rows of elements of the dataset's type, as they lie in memory.
  public func append(_ bytes: UnsafeRawBufferPointer) throws {
    let rowBytes = dataset.rowElementCount * dataset.elementType.byteCount
    if rowBytes == 0 || bytes.isEmpty { return }
    guard bytes.count % rowBytes == 0 else {
      throw DatasetError(dataset.fileName, "\(bytes.count) bytes are no whole rows")
    }
    let rows = next..<next + bytes.count / rowBytes
    try dataset.write(rows: rows, as: dataset.elementType, from: bytes)
    hash.update(bytes)
    next = rows.upperBound
  }

  func checkComplete() throws {
    if next == dataset.rowCount || dataset.elementCount == 0 { return }
    throw DatasetError(
      dataset.fileName, "\(dataset.path) got \(next) of \(dataset.rowCount) rows")
  }
}
