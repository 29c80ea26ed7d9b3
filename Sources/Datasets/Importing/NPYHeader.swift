import HDF5

/// The header of a NumPy array file: element type and shape.
///
/// Format: NumPy Enhancement Proposal 1, versions 1, 2 and 3: the magic bytes, a version, the length
/// of the header, and a Python dictionary with `descr`, `fortran_order` and `shape`.
struct NPYHeader: Equatable {
  var type: ElementType
  var shape: [Int]
  /// Whether the first axis moves fastest (Fortran order).
  var isColumnMajor = false

  init(type: ElementType, shape: [Int]) {
    self.type = type
    self.shape = shape
  }

  /// Reads the header; the elements follow in `source`. Throws `DatasetError`.
  /// - Parameter acceptsColumnMajor: whether arrays in Fortran order are no error.
  init(readingFrom source: any ByteSource, acceptsColumnMajor: Bool = false) throws {
    let start = try source.bytes(8, "the NumPy header")
    guard Array(start[..<6]) == [0x93] + Array("NUMPY".utf8) else {
      throw DatasetError(
        source.name, "not a NumPy array", advice: "write it with numpy.save or numpy.savez")
    }
    guard (1...3).contains(start[6]) else {
      throw DatasetError(source.name, "version \(start[6]) of the NumPy format is unknown")
    }
    let width = start[6] == 1 ? 2 : 4
    let length = try source.bytes(width, "the NumPy header").reversed().reduce(0) {
      $0 << 8 | Int($1)
    }
    guard length < 1 << 20 else { throw Self.bad(source.name, "a length of \(length) bytes") }
    let text = String(decoding: try source.bytes(length, "the NumPy header"), as: UTF8.self)
    try self.init(text, file: source.name, acceptsColumnMajor: acceptsColumnMajor)
  }

  /// Parses the dictionary.
  init(_ text: String, file: String, acceptsColumnMajor: Bool = false) throws {
    type = try Self.elementType(Self.value(of: "descr", in: text, file), file)
    let order = try Self.value(of: "fortran_order", in: text, file)
    isColumnMajor = order.hasPrefix("True")
    if isColumnMajor && !acceptsColumnMajor {
      throw DatasetError(
        file, "the array is in Fortran order",
        advice: "write numpy.ascontiguousarray(array) instead")
    }
    guard isColumnMajor || order.hasPrefix("False") else { throw Self.bad(file, "fortran_order") }
    shape = try Self.lengths(Self.value(of: "shape", in: text, file), file)
  }

  /// What follows `'key':` in the dictionary.
  private static func value(of key: String, in text: String, _ file: String) throws -> Substring {
    for quote in ["'", "\""] {
      let mark = quote + key + quote
      guard let found = text.firstRange(of: mark) else { continue }
      let rest = text[found.upperBound...].drop { $0 == " " }
      guard rest.first == ":" else { throw bad(file, key) }
      return rest.dropFirst().drop { $0 == " " }
    }
    throw bad(file, "no \(key)")
  }

  private static func elementType(_ value: Substring, _ file: String) throws -> ElementType {
    guard let quote = value.first, quote == "'" || quote == "\"",
      let end = value.dropFirst().firstIndex(of: quote)
    else { throw DatasetError(file, "the array has fields", advice: "save one plain array each") }
    let name = String(value[value.index(after: value.startIndex)..<end])
    if let type = types[name] { return type }
    let advice = "convert it with array.astype('uint8'), 'int32' or 'float32'"
    if name.hasPrefix(">") {
      throw DatasetError(file, "elements of type \(name) are big-endian", advice: advice)
    }
    throw DatasetError(file, "elements of type \(name) are not supported", advice: advice)
  }

  private static let types: [String: ElementType] = [
    "|u1": .uint8, "|b1": .uint8, "|i1": .int8, "<i2": .int16, "<u2": .uint16, "<i4": .int32,
    "<u4": .uint32, "<i8": .int64, "<u8": .uint64, "<f2": .float16, "<f4": .float32,
    "<f8": .float64,
  ]

  private static func lengths(_ value: Substring, _ file: String) throws -> [Int] {
    guard value.first == "(", let end = value.firstIndex(of: ")") else { throw bad(file, "shape") }
    return try value[value.startIndex..<end].dropFirst().split(separator: ",").compactMap { part in
      let digits = part.filter { $0 != " " && $0 != "L" }
      if digits.isEmpty { return nil }
      guard let length = Int(digits), length >= 0 else { throw bad(file, "shape") }
      return length
    }
  }

  private static func bad(_ file: String, _ what: String) -> DatasetError {
    DatasetError(file, "bad NumPy header: \(what)", advice: "write it again with numpy.save")
  }
}
