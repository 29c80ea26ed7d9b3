import CHDF5

/// An open dataset: an array of numbers in a file. It keeps its file open.
///
/// A *row* is one index of the first axis with all other axes whole. A scalar has one row.
public final class Dataset: @unchecked Sendable {
  // Unchecked: all stored properties are constant, and the handle is used on `HDF5Queue` only.
  let handle: Handle
  let file: File

  /// The absolute path inside the file.
  public let path: String
  /// Lengths of the axes; empty for a scalar.
  public let shape: [Int]
  /// Type of the elements in the file.
  public let elementType: ElementType
  /// Lengths of the chunks; nil when the data are contiguous or compact.
  public let chunk: [Int]?
  /// The filters in the order in which writing applies them, such as `shuffle` and `gzip(4)`.
  public let filters: [String]

  /// Looks at everything that describes the dataset. Call on the queue only.
  init(owning handle: consuming Handle, path: String, file: File) throws {
    let id = handle.id
    let what = "cannot read the description of '\(path)' in '\(file.path)'"
    let type = try Handle(H5Dget_type(id), what)
    let creation = try Handle(H5Dget_create_plist(id), what)
    shape = try readShape(of: Handle(H5Dget_space(id), what), what)
    elementType = try ElementType(describing: type.id)
    chunk = try readChunk(of: creation.id, rank: shape.count, what)
    filters = try readFilters(of: creation.id, what)
    self.path = path
    self.file = file
    self.handle = consume handle
  }

  /// The path of the file.
  public var fileName: String { file.path }

  /// Length of the first axis; 1 for a scalar.
  public var rowCount: Int { shape.first ?? 1 }

  /// Elements in a row.
  public var rowElementCount: Int { shape.dropFirst().reduce(1, *) }

  /// Elements in all.
  public var elementCount: Int { shape.reduce(1, *) }

  /// Bytes that the elements take in the file, compressed. `H5Dget_storage_size`
  public var storageSize: Int {
    HDF5Queue.sync { Int(H5Dget_storage_size(handle.id)) }
  }

  /// `'/path' of 'file'`, for error messages.
  var name: String { "'\(path)' of '\(file.path)'" }
}

/// Lengths of the axes of `space`. `H5Sget_simple_extent_dims`
func readShape(of space: borrowing Handle, _ what: String) throws -> [Int] {
  let rank = try check(H5Sget_simple_extent_ndims(space.id), what)
  var lengths = [hsize_t](repeating: 0, count: Int(rank))
  try check(H5Sget_simple_extent_dims(space.id, &lengths, nil), what)
  return lengths.map { Int($0) }
}

/// Lengths of the chunks by the creation properties `id`. `H5Pget_chunk`
private func readChunk(of id: hid_t, rank: Int, _ what: String) throws -> [Int]? {
  guard H5Pget_layout(id) == H5D_CHUNKED else { return nil }
  var lengths = [hsize_t](repeating: 0, count: rank)
  try check(H5Pget_chunk(id, Int32(rank), &lengths), what)
  return lengths.map { Int($0) }
}

/// Names of the filters in the creation properties `id`. `H5Pget_filter2`
private func readFilters(of id: hid_t, _ what: String) throws -> [String] {
  let count = try check(H5Pget_nfilters(id), what)
  return try (0..<UInt32(count)).map { index in
    var flags: UInt32 = 0
    var valueCount = 8
    var values = [UInt32](repeating: 0, count: 8)
    var name = [CChar](repeating: 0, count: 64)
    var configuration: UInt32 = 0
    let filter = try check(
      H5Pget_filter2(
        id, index, &flags, &valueCount, &values, name.count, &name, &configuration), what)
    return filterName(filter, level: values[0], given: name)
  }
}

/// The short name of the filter with number `filter`; else its own name; else the number.
private func filterName(_ filter: H5Z_filter_t, level: UInt32, given: [CChar]) -> String {
  switch filter {
  case 1: return "gzip(\(level))"
  case 2: return "shuffle"
  case 3: return "fletcher32"
  case 4: return "szip"
  case 5: return "nbit"
  case 6: return "scaleoffset"
  case 32000: return "lzf"
  default:
    let name = given.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    return name.isEmpty ? "filter \(filter)" : name
  }
}
