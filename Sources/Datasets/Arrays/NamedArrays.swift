import HDF5

/// A few arrays of numbers by name, out of a NumPy archive (`.npz`) or an HDF5 file.
public struct NamedArrays: Sendable {
  /// An array.
  public struct Array: Sendable, Equatable {
    /// The sizes of the axes.
    public let shape: [Int]
    /// The elements, row-major; 64-bit numbers are rounded.
    public let values: [Float]

    /// An array.
    public init(shape: [Int], values: [Float]) {
      self.shape = shape
      self.values = values
    }
  }

  /// The file, for errors.
  public let path: String
  private let arrays: [String: Array]

  /// Reads all arrays of floating-point numbers; others are left out.
  /// - Throws: `DatasetError` or `HDF5Error`.
  public init(reading path: String) throws {
    self.path = path
    arrays =
      try path.lowercased().hasSuffix(".npz") ? Self.archive(path) : Self.hierarchical(path)
  }

  /// The array of a name.
  public subscript(name: String) -> Array? { arrays[name] }

  private static func archive(_ path: String) throws -> [String: Array] {
    let archive = try ZipArchive(path)
    var arrays: [String: Array] = [:]
    for member in archive.members where member.name.hasSuffix(".npy") {
      let source = try archive.source(of: member)
      // scikit-learn keeps components_ in Fortran order.
      let header = try NPYHeader(readingFrom: source, acceptsColumnMajor: true)
      guard var values = try floats(source, header, member.size) else { continue }
      if header.isColumnMajor { values = rowMajor(values, header.shape) }
      arrays[String(member.name.dropLast(4))] = Array(shape: header.shape, values: values)
    }
    return arrays
  }

  private static func floats(
    _ source: any ByteSource, _ header: NPYHeader, _ size: Int
  ) throws -> [Float]? {
    guard header.type == .float32 || header.type == .float64 else { return nil }
    // A damaged header may ask for more than there can be, even for more than a number can tell.
    var count = 1
    for length in header.shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: length)
      guard !overflows, product <= size else {
        throw DatasetError(source.name, "its header asks for more than the file holds")
      }
      count = product
    }
    let bytes = try source.bytes(count * header.type.byteCount, "the array")
    try source.checkEnd()
    return bytes.withUnsafeBytes { raw in
      (0..<count).map { place in
        header.type == .float32
          ? raw.loadUnaligned(fromByteOffset: place * 4, as: Float.self)
          : Float(raw.loadUnaligned(fromByteOffset: place * 8, as: Double.self))
      }
    }
  }

  /// Elements of which the first axis moves fastest, in the order in which the last one does.
  private static func rowMajor(_ values: [Float], _ shape: [Int]) -> [Float] {
    values.indices.map { index in
      var (rest, place) = (index, 0)
      for (axis, length) in shape.enumerated().reversed() {
        place += rest % length * shape[..<axis].reduce(1, *)
        rest /= length
      }
      return values[place]
    }
  }

  private static func hierarchical(_ path: String) throws -> [String: Array] {
    let file = try File(reading: path)
    defer { try? file.close() }
    var arrays: [String: Array] = [:]
    for name in try file.datasetPaths() {
      let dataset = try file.dataset(name)
      guard [.float32, .float64].contains(dataset.elementType) else { continue }
      arrays[String(name.drop { $0 == "/" })] = Array(
        shape: dataset.shape, values: try dataset.readAll(as: Float.self))
    }
    return arrays
  }
}
