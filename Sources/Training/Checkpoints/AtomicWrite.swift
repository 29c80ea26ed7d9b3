import Foundation
import Timeline

/// A file that could not be written: one line with the path and the system's reason.
public struct WriteError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The line.
  public let description: String

  /// An error of one line.
  init(_ description: String) {
    self.description = description
  }

  init(_ action: String, _ path: String) {
    let reason = String(cString: strerror(errno))
    description = "cannot \(action) \(path): \(reason); make room or name another --run-dir"
  }
}

/// Writes a file so that its name never stands for less than all of it, not even after a power
/// failure: temporary name, write, fsync, rename, fsync of the folder.
func writeAtomically(_ bytes: [UInt8], to path: String) throws {
  let temporary = path + ".partial"
  do {
    try writeDurably(bytes, to: temporary, becoming: path)
    guard rename(temporary, path) == 0 else { throw WriteError("rename to", path) }
    try synchronize(directory: folder(of: path))
  } catch {
    unlink(temporary)
    throw error
  }
}

private func writeDurably(_ bytes: [UInt8], to temporary: String, becoming path: String) throws {
  let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
  guard file >= 0 else { throw WriteError("create", path) }
  defer { close(file) }
  try bytes.withUnsafeBytes { buffer in
    var rest = UnsafeRawBufferPointer(buffer)
    while !rest.isEmpty {
      let count = write(file, rest.baseAddress, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw WriteError("write", path) }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    }
  }
  let code = Activity.checkpoint.during("fsync") { fsync(file) }
  guard code == 0 else { throw WriteError("flush", path) }
}

private func synchronize(directory: String) throws {
  let file = open(directory, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { throw WriteError("open", directory) }
  defer { close(file) }
  // Some file systems cannot flush a directory; that is no reason to stop.
  guard fsync(file) == 0 || errno == EINVAL else { throw WriteError("flush", directory) }
}

/// The folder that a path lies in: `.` of `a`, `/` of `/a`. (That of Foundation, in Swift 6.3, crashes
/// on a relative path of one letter.)
func folder(of path: String) -> String {
  let parts = path.split(separator: "/")
  let above = parts.dropLast().joined(separator: "/")
  return path.hasPrefix("/") ? "/" + above : above.isEmpty ? "." : above
}
