import Foundation

/// A file that nobody can open, or nobody for writing, until it is let go (`fcntl(2)`, F_SETLEASE).
final class Lease {
  private let file: Int32
  private static let setLease: Int32 = 1024
  private static let getLease: Int32 = 1025

  init(_ path: String, forReading: Bool = true) throws {
    // The kernel tells the holder by this signal, which would end the process.
    _ = Foundation.signal(SIGIO, SIG_IGN)
    file = open(path, forReading ? O_RDONLY | O_CREAT : O_RDWR, 0o644)
    let kind = Int32(forReading ? F_RDLCK : F_WRLCK)
    guard file >= 0, fcntl(file, Self.setLease, kind) == 0 else {
      throw TestError("no lease on \(path): \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(file) }

  /// Whether somebody waits: a lease that is being broken is to become less.
  var isWanted: Bool {
    let kind = fcntl(file, Self.getLease)
    defer { last = last ?? kind }
    return last.map { $0 != kind } ?? false
  }

  private var last: Int32?

  func release() { _ = fcntl(file, Self.setLease, Int32(F_UNLCK)) }
}
