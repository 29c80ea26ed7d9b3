#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension File {
  /// Creates the file `path` so that nobody ever sees a part of it: `body` fills a file of a
  /// temporary name beside it, which is closed, forced to disk, and renamed to `path`.
  ///
  /// When anything throws, the temporary file goes and an older file at `path` stays as it was.
  /// Throws `HDF5Error`, or whatever `body` throws.
  public static func creatingAtomically<T>(
    _ path: String, _ body: (File) throws -> T
  ) throws -> T {
    let temporary = "\(path).\(getpid()).partial"
    do {
      let file = try File(creating: temporary, shownAs: path)
      let result = try body(file)
      try file.close()
      try forceToDisk(temporary)
      guard rename(temporary, path) == 0 else { throw systemError("rename to '\(path)'") }
      try forceToDisk(directory(of: path))
      return result
    } catch {
      unlink(temporary)
      throw error
    }
  }
}

/// Makes a file, or the names in a directory, survive a power failure. `fsync`
private func forceToDisk(_ path: String) throws {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw systemError("open '\(path)'") }
  defer { _ = close(descriptor) }
  // Some file systems cannot do that for a directory, and say so.
  guard fsync(descriptor) == 0 || errno == EINVAL else { throw systemError("flush '\(path)'") }
}

private func directory(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

private func systemError(_ what: String) -> HDF5Error {
  HDF5Error("cannot \(what): \(String(cString: strerror(errno)))")
}
