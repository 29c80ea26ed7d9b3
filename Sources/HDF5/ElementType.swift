import CHDF5

/// The type of the elements of a dataset, whatever their byte order in the file.
public enum ElementType: Sendable, Equatable {
  case uint8, int8, uint16, int16, int32, uint32, int64, uint64
  /// IEEE 754 numbers. The library converts half precision in software.
  case float16, float32, float64
  /// Something that is no plain number, with its name: a string, a compound, …
  case other(String)

  /// All types of plain numbers.
  public static let numbers: [ElementType] = [
    .uint8, .int8, .uint16, .int16, .int32, .uint32, .int64, .uint64, .float16, .float32, .float64,
  ]

  /// Bytes an element; 0 for `other`.
  public var byteCount: Int {
    switch self {
    case .uint8, .int8: 1
    case .uint16, .int16, .float16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64: 8
    case .other: 0
    }
  }

  /// Whether the elements are integers, signed or not.
  public var isInteger: Bool {
    switch self {
    case .float16, .float32, .float64, .other: false
    default: true
    }
  }
}

extension ElementType: CustomStringConvertible {
  /// The name as NumPy writes it: `uint8`, `float32`; the name itself for `other`.
  public var description: String {
    switch self {
    case .uint8: "uint8"
    case .int8: "int8"
    case .uint16: "uint16"
    case .int16: "int16"
    case .int32: "int32"
    case .uint32: "uint32"
    case .int64: "int64"
    case .uint64: "uint64"
    case .float16: "float16"
    case .float32: "float32"
    case .float64: "float64"
    case .other(let name): name
    }
  }
}

extension ElementType {
  /// A new handle of the type as it is in memory. `H5Tcopy`
  func memoryHandle() throws -> Handle {
    switch self {
    case .uint8: try copy(of: sdt_h5_native_uint8())
    case .int8: try copy(of: sdt_h5_native_int8())
    case .uint16: try copy(of: sdt_h5_native_uint16())
    case .int16: try copy(of: sdt_h5_native_int16())
    case .int32: try copy(of: sdt_h5_native_int32())
    case .uint32: try copy(of: sdt_h5_native_uint32())
    case .int64: try copy(of: sdt_h5_native_int64())
    case .uint64: try copy(of: sdt_h5_native_uint64())
    case .float16: try halfHandle()
    case .float32: try copy(of: sdt_h5_native_float())
    case .float64: try copy(of: sdt_h5_native_double())
    case .other(let name): throw HDF5Error("elements of type \(name) are no numbers")
    }
  }

  /// A new handle of the type as this program writes it: little-endian. `H5Tcopy`
  func fileHandle() throws -> Handle {
    switch self {
    case .uint8: try copy(of: sdt_h5_file_uint8())
    case .int8: try copy(of: sdt_h5_file_int8())
    case .uint16: try copy(of: sdt_h5_file_uint16())
    case .int16: try copy(of: sdt_h5_file_int16())
    case .int32: try copy(of: sdt_h5_file_int32())
    case .uint32: try copy(of: sdt_h5_file_uint32())
    case .int64: try copy(of: sdt_h5_file_int64())
    case .uint64: try copy(of: sdt_h5_file_uint64())
    case .float16: try halfHandle()
    case .float32: try copy(of: sdt_h5_file_float())
    case .float64: try copy(of: sdt_h5_file_double())
    case .other(let name): throw HDF5Error("elements of type \(name) cannot be written")
    }
  }

  private func copy(of predefined: hid_t) throws -> Handle {
    try Handle(H5Tcopy(predefined), "cannot make the type \(self)")
  }

  /// IEEE 754 binary16, which older libraries do not define: sign bit 15, 5 bits of exponent with
  /// bias 15, 10 bits of mantissa. `H5Tset_fields`
  private func halfHandle() throws -> Handle {
    let type = try copy(of: sdt_h5_file_float())
    try check(H5Tset_fields(type.id, 15, 10, 5, 0, 10), "cannot make the type float16")
    try check(H5Tset_size(type.id, 2), "cannot make the type float16")
    try check(H5Tset_ebias(type.id, 15), "cannot make the type float16")
    return type
  }
}

extension ElementType {
  /// The type that the library's `type` describes. `H5Tget_class`
  init(describing type: hid_t) throws {
    let size = H5Tget_size(type)
    switch H5Tget_class(type) {
    case H5T_INTEGER: self = Self.integer(size: size, signed: H5Tget_sign(type) == H5T_SGN_2)
    case H5T_FLOAT: self = Self.float(type, size: size)
    case H5T_ENUM:
      // The booleans of h5py are an enumeration of 8-bit integers; the library reads them as such.
      let base = try Handle(H5Tget_super(type), "cannot read the base of an enumeration")
      try self.init(describing: base.id)
    case H5T_STRING: self = .other("string")
    case H5T_COMPOUND: self = .other("compound")
    case H5T_VLEN: self = .other("variable-length sequence")
    case H5T_ARRAY: self = .other("array")
    case H5T_REFERENCE: self = .other("reference")
    case H5T_OPAQUE: self = .other("opaque")
    case H5T_BITFIELD: self = .other("bit field")
    default: self = .other("unknown type")
    }
  }

  static func integer(size: Int, signed: Bool) -> ElementType {
    switch (size, signed) {
    case (1, false): .uint8
    case (1, true): .int8
    case (2, false): .uint16
    case (2, true): .int16
    case (4, false): .uint32
    case (4, true): .int32
    case (8, false): .uint64
    case (8, true): .int64
    default: .other("integer of \(size) bytes")
    }
  }

  /// Looks at the mantissa too: bfloat16 has the size of float16 and another meaning. `H5Tget_fields`
  private static func float(_ type: hid_t, size: Int) -> ElementType {
    var sign = 0
    var exponent = 0
    var exponentBits = 0
    var mantissa = 0
    var mantissaBits = 0
    _ = H5Tget_fields(type, &sign, &exponent, &exponentBits, &mantissa, &mantissaBits)
    switch (size, mantissaBits) {
    case (2, 10): return .float16
    case (4, 23): return .float32
    case (8, 52): return .float64
    default: return .other("float of \(size) bytes with \(mantissaBits) bits of mantissa")
    }
  }
}
