import Foundation

/// The right to work in a run directory: two runs in one folder would overwrite each other's files.
///
/// It ends with this object, or with the process, however that ends (`flock`).
final class RunLock {
  private let file: Int32

  /// - Throws: `UsageError` when another run holds it. A file system without locks cannot tell.
  init(_ directory: RunDirectory) throws {
    file = open(directory.path + "/.lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard file >= 0, flock(file, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else { return }
    throw UsageError(
      "another run is working in \(directory.path); wait for it, or name another folder with --run-dir"
    )
  }

  deinit {
    if file >= 0 { close(file) }
  }
}
