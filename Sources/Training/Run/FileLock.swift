import Foundation

/// A file's lock, waited for: who else wants it does its work before or after, not meanwhile.
///
/// It ends with this object, or with the process, however that ends (`flock`). A file system without locks gives none.
final class FileLock {
  private let file: Int32
  /// Whether nobody else has it.
  let isHeld: Bool

  /// Waits until nobody else has it; for so many seconds, or until this process was asked to stop.
  init(waitingFor path: String, seconds: Double = 60) {
    file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard file >= 0 else {
      isHeld = false
      return
    }
    let end = Date().addingTimeInterval(seconds)
    var code = flock(file, LOCK_EX | LOCK_NB)
    while code != 0, errno == EWOULDBLOCK || errno == EINTR, Date() < end, !StopRequest.isPending {
      usleep(50_000)
      code = flock(file, LOCK_EX | LOCK_NB)
    }
    isHeld = code == 0
  }

  deinit {
    if file >= 0 { close(file) }
  }
}
