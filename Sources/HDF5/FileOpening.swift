import CHDF5

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Throws a clear error when `path` is no file that this process may read.
///
/// The library answers all of these with a stack of a dozen frames about its drivers.
func checkReadable(_ path: String) throws {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw HDF5Error("cannot open '\(path)': \(reason(errno))") }
  defer { _ = close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else {
    throw HDF5Error("cannot open '\(path)': \(reason(errno))")
  }
  switch status.st_mode & S_IFMT {
  case S_IFDIR: throw HDF5Error("cannot open '\(path)': it is a directory, not an HDF5 file")
  case S_IFREG: break
  default: throw HDF5Error("cannot open '\(path)': it is not a regular file")
  }
  if status.st_size == 0 { throw HDF5Error("cannot open '\(path)': the file is empty") }
}

/// What the system's error number means to the person who gave the path.
private func reason(_ code: Int32) -> String {
  switch code {
  case ENOENT: "no such file"
  case EACCES, EPERM: "no permission to read it"
  default: String(cString: strerror(code))
  }
}

/// Passes the identifier of an opened file through, or says why the library refused a file that can
/// be read.
func checkOpened(_ id: hid_t, _ path: String) throws -> hid_t {
  if id >= 0 { return id }
  throw openError(path, stack: currentErrorStack())
}

/// Opens a file, or says why the library refused one that can be read. Waits half a second for a
/// lock: who wrote the file may be about to close it.
func openWaiting(_ path: String, _ open: () -> hid_t) throws -> hid_t {
  var attempt = 0
  while true {
    let id = open()
    if id >= 0 { return id }
    let stack = currentErrorStack()
    let isLocked = stack.contains { $0.contains("unable to lock file") }
    guard isLocked, attempt < 10 else { throw openError(path, stack: stack) }
    attempt += 1
    usleep(50_000)
  }
}

private func openError(_ path: String, stack: [String]) -> HDF5Error {
  if stack.contains(where: { $0.contains("signature not found") }) {
    return HDF5Error("cannot open '\(path)': it is not an HDF5 file")
  }
  if let frame = stack.first(where: { $0.contains("truncated file") }) {
    return HDF5Error("cannot open '\(path)': the HDF5 file is cut off (\(frame))")
  }
  if stack.contains(where: { $0.contains("unable to lock file") }) {
    return HDF5Error(
      "cannot open '\(path)': another process has it open for writing; try again when that has ended"
    )
  }
  return HDF5Error("cannot open '\(path)'", stack: stack)
}
