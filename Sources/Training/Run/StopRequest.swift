import Foundation
import Synchronization

/// The wish to stop that a signal brought (SIGTERM, SIGINT, SIGUSR1).
///
/// The handler does no more than set a flag; the ranks agree on it at the next step.
public enum StopRequest {
  private static let signal = Atomic<Int32>(0)

  /// Starts listening. A second SIGINT ends the process at once, for the impatient.
  public static func listen() {
    // The flag exists before a handler may touch it.
    signal.store(0, ordering: .relaxed)
    for number in [SIGTERM, SIGINT, SIGUSR1] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { number in StopRequest.note(number) }
      action.sa_flags = number == SIGINT ? Int32(bitPattern: UInt32(SA_RESETHAND)) : 0
      sigaction(number, &action, nil)
    }
    // A reader that went away, or a limit on the size of files, is an error of the write it meets.
    // It must not end a run by itself.
    for number in [SIGPIPE, SIGXFSZ] { _ = Foundation.signal(number, SIG_IGN) }
  }

  private static func note(_ number: Int32) {
    signal.store(number, ordering: .relaxed)
  }

  /// The name of the signal that came last.
  static var name: String {
    switch signal.load(ordering: .relaxed) {
    case SIGTERM: "SIGTERM"
    case SIGINT: "SIGINT"
    case SIGUSR1: "SIGUSR1"
    default: "no signal"
    }
  }

  /// Whether a signal has come.
  public static var isPending: Bool { signal.load(ordering: .relaxed) != 0 }
}
