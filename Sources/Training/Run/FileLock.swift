import Foundation

/// A file's lock, waited for: who else wants it does its work before or after, not meanwhile.
///
/// It ends with this object, or with the process, however that ends (`flock`). A file system without locks gives none.
final class FileLock {
  private let file: Int32

  /// Waits until nobody else has it.
  init(waitingFor path: String) {
    file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard file >= 0 else { return }
    // A signal interrupts the wait.
    while flock(file, LOCK_EX) != 0 && errno == EINTR {}
  }

  deinit {
    if file >= 0 { close(file) }
  }
}
