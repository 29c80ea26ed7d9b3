import CHDF5

extension File {
  /// Sets a string attribute (variable-length UTF-8) of the object at `path`, replacing an old one.
  /// `H5Acreate_by_name`, `H5Awrite`
  public func setAttribute(_ name: String, _ value: String, on path: String = "/") throws {
    try writeStrings(name, [value], shape: [], on: path)
  }

  /// Sets an attribute that is a list of strings (variable-length UTF-8).
  public func setAttribute(_ name: String, _ value: [String], on path: String = "/") throws {
    try writeStrings(name, value, shape: [value.count], on: path)
  }

  /// Sets a 64-bit integer attribute of the object at `path`, replacing an old one.
  public func setAttribute(_ name: String, _ value: Int, on path: String = "/") throws {
    try HDF5Queue.sync {
      let type = try ElementType.int64.fileHandle()
      let attribute = try createAttribute(name, type.id, shape: [], on: path)
      var number = Int64(value)
      try check(
        H5Awrite(attribute.id, sdt_h5_native_int64(), &number), cannotWrite(name, path))
    }
  }

  /// Sets a double-precision attribute of the object at `path`, replacing an old one.
  public func setAttribute(_ name: String, _ value: Double, on path: String = "/") throws {
    try HDF5Queue.sync {
      let type = try ElementType.float64.fileHandle()
      let attribute = try createAttribute(name, type.id, shape: [], on: path)
      var number = value
      try check(
        H5Awrite(attribute.id, sdt_h5_native_double(), &number), cannotWrite(name, path))
    }
  }

  /// The string attribute `name` of the object at `path`, of fixed or variable length; nil when
  /// there is none; an error when it is no single string. `H5Aread`
  public func attributeString(_ name: String, on path: String = "/") throws -> String? {
    guard let strings = try attributeStrings(name, on: path) else { return nil }
    guard strings.count == 1 else { throw wrongKind(name, path, "one string") }
    return strings[0]
  }

  /// The list of strings in attribute `name`; nil when there is none. `H5Aread`
  public func attributeStrings(_ name: String, on path: String = "/") throws -> [String]? {
    try HDF5Queue.sync {
      guard let attribute = try openAttribute(name, on: path) else { return nil }
      let type = try Handle(H5Aget_type(attribute.id), cannotRead(name, path))
      guard H5Tget_class(type.id) == H5T_STRING else { throw wrongKind(name, path, "a string") }
      let space = try Handle(H5Aget_space(attribute.id), cannotRead(name, path))
      let count = Int(
        try check(H5Sget_simple_extent_npoints(space.id), cannotRead(name, path)))
      return try H5Tis_variable_str(type.id) > 0
        ? readVariable(attribute.id, type.id, space.id, count, cannotRead(name, path))
        : readFixed(attribute.id, type.id, count, cannotRead(name, path))
    }
  }

  /// The integer attribute `name` of the object at `path`; nil when there is none; an error when it
  /// is no single integer. `H5Aread`
  public func attributeInt(_ name: String, on path: String = "/") throws -> Int? {
    try HDF5Queue.sync {
      guard let attribute = try openAttribute(name, on: path) else { return nil }
      let isInteger = try numberType(of: attribute.id)?.isInteger ?? false
      guard isInteger else { throw wrongKind(name, path, "one integer") }
      var value: Int64 = 0
      try check(H5Aread(attribute.id, sdt_h5_native_int64(), &value), cannotRead(name, path))
      return Int(value)
    }
  }

  /// The number in attribute `name` of the object at `path`; nil when there is none; an error when
  /// it is no single number. `H5Aread`
  public func attributeDouble(_ name: String, on path: String = "/") throws -> Double? {
    try HDF5Queue.sync {
      guard let attribute = try openAttribute(name, on: path) else { return nil }
      guard try numberType(of: attribute.id) != nil else {
        throw wrongKind(name, path, "one number")
      }
      var value = 0.0
      try check(H5Aread(attribute.id, sdt_h5_native_double(), &value), cannotRead(name, path))
      return value
    }
  }

  /// Lengths of the axes of attribute `name`, empty for a single value; nil when there is none.
  /// `H5Aget_space`
  public func attributeShape(_ name: String, on path: String = "/") throws -> [Int]? {
    try HDF5Queue.sync {
      guard let attribute = try openAttribute(name, on: path) else { return nil }
      let space = try Handle(H5Aget_space(attribute.id), cannotRead(name, path))
      return try readShape(of: space, cannotRead(name, path))
    }
  }

  /// The names of the attributes of the object at `path`, sorted. `H5Aget_name_by_idx`
  public func attributeNames(on path: String = "/") throws -> [String] {
    try HDF5Queue.sync {
      let what = "cannot list the attributes of '\(path)' in '\(self.path)'"
      let object = try Handle(H5Oopen(openID(), path, sdt_h5_default()), what)
      let count = try check(H5Aget_num_attrs(object.id), what)
      return try (0..<hsize_t(count)).map { index in
        try attributeName(object.id, index, what)
      }.sorted()
    }
  }

  private func attributeName(_ object: hid_t, _ index: hsize_t, _ what: String) throws -> String {
    func call(_ buffer: UnsafeMutablePointer<CChar>?, _ size: Int) -> Int {
      H5Aget_name_by_idx(
        object, ".", H5_INDEX_NAME, H5_ITER_INC, index, buffer, size, sdt_h5_default())
    }
    let length = try check(call(nil, 0), what)
    return try withUnsafeTemporaryAllocation(of: CChar.self, capacity: length + 1) { buffer in
      try check(call(buffer.baseAddress!, length + 1), what)
      return String(cString: buffer.baseAddress!)
    }
  }
}
