import CHDF5

/// An open HDF5 file. It closes when it is closed, or when it and all its datasets are gone.
///
/// All operations run on `HDF5Queue`, and throw `HDF5Error`.
public final class File: @unchecked Sendable {
  // Unchecked: `openFile` is the only mutable state, and only code on `HDF5Queue` touches it.
  private var openFile: hid_t?

  /// The path that the file was opened with; a description for a file in memory.
  public let path: String

  /// Owns the open file `id`, which some call has returned.
  init(owning id: hid_t, path: String) {
    openFile = id
    self.path = path
  }

  deinit {
    // Nobody can hear an error here; who wrote something calls `close()`.
    try? close()
  }

  /// Opens an existing file for reading. `H5Fopen`
  ///
  /// Says which: no such file, a directory, no permission, empty, not HDF5, truncated.
  public convenience init(reading path: String) throws {
    let id = try HDF5Queue.sync {
      try checkReadable(path)
      let access = try fileAccess()
      return try openWaiting(path) { H5Fopen(path, sdt_h5_read_only(), access.id) }
    }
    self.init(owning: id, path: path)
  }

  /// Creates a file, replacing an existing one. `H5Fcreate`
  public convenience init(creating path: String) throws {
    try self.init(creating: path, shownAs: path)
  }

  /// Creates the file `path`; error messages speak of `name`.
  convenience init(creating path: String, shownAs name: String) throws {
    let id = try HDF5Queue.sync {
      let access = try fileAccess()
      return try check(
        H5Fcreate(path, sdt_h5_truncate(), sdt_h5_default(), access.id), "cannot create '\(name)'")
    }
    self.init(owning: id, path: name)
  }

  /// The identifier of the open file; throws after `close()`. Call on the queue only.
  func openID() throws -> hid_t {
    guard let openFile else { throw HDF5Error("'\(path)' is already closed") }
    return openFile
  }

  /// Writes everything out and closes the file; its datasets cannot be used afterwards. A second
  /// call does nothing. Errors of writing (a full disk) show up here. `H5Fflush`, `H5Fclose`
  public func close() throws {
    try HDF5Queue.sync {
      guard let id = openFile else { return }
      openFile = nil
      // A file that cannot be written is never closed: the library would try to write once more,
      // and crash on what the first failure left behind.
      try check(H5Fflush(id, H5F_SCOPE_LOCAL), "cannot write '\(path)'")
      try check(H5Fclose(id), "cannot close '\(path)'")
    }
  }

  /// Writes what is buffered to the file. `H5Fflush`
  public func flush() throws {
    try HDF5Queue.sync {
      try check(H5Fflush(openID(), H5F_SCOPE_LOCAL), "cannot write '\(path)'")
    }
  }
}

/// Access properties of every file: closing it closes its datasets too, and a file system without
/// locks is no error. `H5Pset_fclose_degree`, `H5Pset_file_locking`
func fileAccess() throws -> Handle {
  let access = try Handle(H5Pcreate(sdt_h5_file_access()), "cannot set up file access")
  try check(H5Pset_fclose_degree(access.id, H5F_CLOSE_STRONG), "cannot set up file access")
  try check(sdt_h5_relax_locking(access.id), "cannot set up file access")
  return access
}
