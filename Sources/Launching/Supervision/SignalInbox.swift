import Foundation

/// Signals that wait until somebody looks: they interrupt nothing, and none is lost while another is handled.
struct SignalInbox {
  private var set = sigset_t()

  /// Holds back SIGTERM, SIGINT, SIGUSR1 and SIGHUP from here on (`pthread_sigmask`), in this thread and those
  /// that it starts.
  init() {
    sigemptyset(&set)
    for number in [SIGTERM, SIGINT, SIGUSR1, SIGHUP] { sigaddset(&set, number) }
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Waits for a signal, but at most so many seconds (`sigtimedwait`).
  func wait(seconds: Double) -> Int32? {
    var (set, time) = (set, timespec())
    time.tv_sec = Int(seconds)
    time.tv_nsec = Int((seconds - seconds.rounded(.down)) * 1e9)
    let number = sigtimedwait(&set, nil, &time)
    return number > 0 ? number : nil
  }
}
