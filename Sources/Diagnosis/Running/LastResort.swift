import Foundation
import Synchronization

/// Ends this process when its main thread is in something that has no end: MPI that does not start or
/// does not finish, a broken order of messages.
///
/// It speaks for the main thread: prints what was found so far with what did not end, and exits.
final class LastResort: Sendable {
  private struct State {
    var end: Double?
    var speak: (@Sendable () -> Void)?
  }
  private let state = Mutex(State())

  init() {
    let thread = Thread { [self] in
      var last = Clock.now
      while true {
        usleep(50_000)
        // Time in which this process was stopped does not count.
        let gap = Clock.now - last
        last = Clock.now
        if gap > 2 { state.withLock { $0.end? += gap } }
        let speak = state.withLock { state in
          guard let end = state.end, Clock.now > end else {
            return Optional<@Sendable () -> Void>.none
          }
          return state.speak
        }
        if let speak {
          speak()
          _exit(1)
        }
      }
    }
    thread.start()
  }

  /// From now on, speaks after so many seconds; replaces what was said before.
  func arm(seconds: Double, _ speak: @escaping @Sendable () -> Void) {
    state.withLock { $0 = State(end: Clock.now + seconds, speak: speak) }
  }

  /// All is well again.
  func disarm() { state.withLock { $0 = State() } }
}
