import CHDF5

extension File {
  /// An empty file that lives in memory only; `image()` gives its bytes. `H5Pset_fapl_core`
  public static func inMemory() throws -> File {
    let id = try HDF5Queue.sync {
      let access = try coreAccess()
      return try check(
        H5Fcreate(uniqueName(), sdt_h5_truncate(), sdt_h5_default(), access.id),
        "cannot create a file in memory")
    }
    return File(owning: id, path: "file in memory")
  }

  /// Opens, for reading, the bytes of a whole file. `name` stands in error messages.
  /// `H5Pset_file_image`
  public convenience init(image: [UInt8], name: String) throws {
    let id = try HDF5Queue.sync {
      if image.isEmpty { throw HDF5Error("cannot open '\(name)': the file is empty") }
      let access = try coreAccess()
      var copy = image  // The call wants a mutable pointer; it copies, and does not write.
      try check(
        H5Pset_file_image(access.id, &copy, copy.count), "cannot open '\(name)' in memory")
      return try checkOpened(H5Fopen(uniqueName(), sdt_h5_read_only(), access.id), name)
    }
    self.init(owning: id, path: name)
  }

  /// The bytes of the file as they would be on disk. `H5Fget_file_image`
  public func image() throws -> [UInt8] {
    try HDF5Queue.sync {
      try flush()
      let id = try openID()
      let size = try check(H5Fget_file_image(id, nil, 0), "cannot take the bytes of '\(path)'")
      var bytes = [UInt8](repeating: 0, count: size)
      try check(H5Fget_file_image(id, &bytes, size), "cannot take the bytes of '\(path)'")
      return bytes
    }
  }
}

/// Access properties of a file in memory that is never written to disk; it grows by 1 MiB.
private func coreAccess() throws -> Handle {
  let access = try fileAccess()
  try check(H5Pset_fapl_core(access.id, 1 << 20, false), "cannot set up a file in memory")
  return access
}

/// The library takes two files in memory of one name for the same file.
private func uniqueName() -> String {
  "memory-\(UInt64.random(in: 0...UInt64.max))-\(UInt64.random(in: 0...UInt64.max))"
}
