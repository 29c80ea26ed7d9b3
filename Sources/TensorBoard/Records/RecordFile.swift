import Foundation
import Reporting

/// A file that whole records are appended to.
final class RecordFile {
  private let path: String
  private let descriptor: Int32
  private var length: off_t = 0

  /// Opens a file, which is made where it is not there. C: `open(2)`.
  init(_ path: String) throws(FileError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw FileError(path: path, errno: errno) }
    length = max(0, lseek(descriptor, 0, SEEK_END))
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Whether somebody has removed it: nobody would find what is written. C: `fstat(2)`.
  var isRemoved: Bool {
    var facts = stat()
    return fstat(descriptor, &facts) != 0 || facts.st_nlink == 0
  }

  /// Writes records. When the disk is full, what was written of them is taken back, so that the file ends
  /// with a whole record. C: `write(2)`, `ftruncate(2)`.
  func append(_ bytes: [UInt8]) throws(FileError) {
    var written = 0
    bytes.withUnsafeBytes { bytes in
      while written < bytes.count {
        let count = write(descriptor, bytes.baseAddress! + written, bytes.count - written)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { break }
        written += count
      }
    }
    guard written == bytes.count else {
      let error = FileError(path: path, errno: errno)
      if written > 0 { ftruncate(descriptor, length) }
      throw error
    }
    length += off_t(written)
  }
}
