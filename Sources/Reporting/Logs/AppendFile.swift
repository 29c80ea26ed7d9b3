import Foundation

/// A file that only grows, line by line. Each line is one `write(2)`, so that it appears whole to
/// whoever follows the file, and nothing is lost in a buffer when the process is killed.
struct AppendFile: ~Copyable {
  /// The file that errors name.
  let path: String
  private let descriptor: Int32

  /// Opens or creates the file. One that will be renamed says so with `becoming`. C: `open(2)`.
  init(path: String, becoming final: String? = nil) throws(FileError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    self.path = final ?? path
    if descriptor < 0 { throw FileError(path: path, errno: errno) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Appends `line` and a line break. When the disk is full, the part that was written is taken
  /// back, so that a later line does not continue it.
  func append(_ line: String) throws(FileError) {
    var bytes = Array(line.utf8)
    bytes.append(UInt8(ascii: "\n"))
    let written = Self.write(bytes, to: descriptor)
    guard written < bytes.count else { return }
    let error = FileError(path: path, errno: errno)
    if written > 0 { ftruncate(descriptor, lseek(descriptor, 0, SEEK_END) - off_t(written)) }
    throw error
  }

  /// Removes what stands behind the last line break: the torn line of a killed process.
  func cutTornLine() throws(FileError) {
    var end = lseek(descriptor, 0, SEEK_END)
    var byte: UInt8 = 0
    while end > 0, pread(descriptor, &byte, 1, end - 1) == 1, byte != UInt8(ascii: "\n") {
      end -= 1
    }
    if ftruncate(descriptor, end) != 0 { throw FileError(path: path, errno: errno) }
  }

  /// C: `fsync(2)`.
  func synchronize() throws(FileError) {
    if fsync(descriptor) != 0 { throw FileError(path: path, errno: errno) }
  }

  /// The number of bytes that arrived; fewer than all only with `errno` set.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int {
    var written = 0
    bytes.withUnsafeBytes { buffer in
      while written < buffer.count {
        let rest = buffer[written...]
        #if canImport(Glibc)
          let count = Glibc.write(
            descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        #else
          let count = Darwin.write(
            descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        #endif
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { break }
        written += count
      }
    }
    return written
  }
}
