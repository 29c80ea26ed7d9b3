import Foundation

/// The right to work in a run directory: two runs in one folder would overwrite each other's files.
///
/// It ends with this object, or with the process, however that ends (`flock`).
final class RunLock {
  private let file: Int32

  /// - Throws: `UsageError` when another run holds it. A file system without locks cannot tell.
  init(_ directory: RunDirectory) throws {
    file = open(directory.path + "/.lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard file >= 0 else { return }
    // Who only looks whether it is held has it for a moment.
    for attempt in 0..<5 {
      if attempt > 0 { usleep(20_000) }
      guard flock(file, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else { return }
    }
    throw UsageError(
      "another run is working in \(directory.path); wait for it, or name another folder with --run-dir"
    )
  }

  deinit {
    if file >= 0 { close(file) }
  }
}

extension RunLock {
  /// Whether a process works in a run directory. Where nobody can tell, none does.
  @Sendable static func isHeld(_ path: String) -> Bool {
    let file = open(path + "/.lock", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    return flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}
