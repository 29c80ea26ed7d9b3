import Dispatch
import Foundation
import Synchronization

/// Draws in a thread of its own, while training goes on: one set of pictures at a time.
///
/// Pictures are only looked at. The first that cannot be written is told of once; then no more are drawn, and
/// the run goes on. The same holds where a file system hangs: the main thread waits for it, and all ranks
/// for the main thread, so that wait has an end.
final class PictureQueue: Sendable {
  private struct State {
    var isOff = false
    /// Whether a thread was given up that may never return.
    var isStuck = false
    /// The processor time of the thread that draws.
    var clock: clockid_t?
    /// The seconds that the threads before it have computed.
    var before = 0.0
  }

  private let group = DispatchGroup()
  private let state = Mutex(State())
  private let patience: Double
  private let say: @Sendable (String) -> Void

  /// - Parameters:
  ///   - patience: how many seconds a drawing thread may stand still while it is waited for. One that computes
  ///     is waited for: a large machine's chains take their time.
  ///   - say: a line for people, from any thread.
  init(patience: Double = 10, say: @escaping @Sendable (String) -> Void) {
    (self.patience, self.say) = (patience, say)
  }

  /// Whether a set would still be drawn.
  var isOn: Bool { state.withLock { !$0.isOff } }

  /// Draws a set, when the one before is done.
  func submit(_ draw: @escaping @Sendable () throws -> Void) {
    wait()
    guard isOn else { return }
    group.enter()
    let thread = Thread { [self] in
      var clock = clockid_t()
      let isKnown = pthread_getcpuclockid(pthread_self(), &clock) == 0
      state.withLock { [clock] in $0.clock = isKnown ? clock : nil }
      do { try draw() } catch { giveUp("\(error)") }
      state.withLock { state in
        // The clock ends with its thread.
        state.before += Self.seconds(on: state.clock)
        state.clock = nil
      }
      group.leave()
    }
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Returns when all that was submitted is drawn, or when that has come to a standstill.
  func wait() {
    guard state.withLock({ !$0.isStuck }) else { return }
    var used = processorTime
    while group.wait(timeout: .now() + patience) == .timedOut {
      let now = processorTime
      // What it takes to come back from a call that hangs, and to make it again, is no work.
      guard now - used > 0.001 else {
        state.withLock { $0.isStuck = true }
        return giveUp("drawing pictures has come to a standstill: the disk does not answer")
      }
      used = now
    }
  }

  /// The seconds that drawing has computed so far.
  var processorTime: Double { state.withLock { $0.before + Self.seconds(on: $0.clock) } }

  /// What a thread has computed. C: `clock_gettime`.
  private static func seconds(on clock: clockid_t?) -> Double {
    var time = timespec()
    guard let clock, clock_gettime(clock, &time) == 0 else { return 0 }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Tells of a failure, the first time.
  func giveUp(_ reason: String) {
    let isFirst = state.withLock { state in
      defer { state.isOff = true }
      return !state.isOff
    }
    if isFirst { say("warning: \(reason); no more pictures and tables are written") }
  }
}
