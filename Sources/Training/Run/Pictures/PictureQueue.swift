import Dispatch
import Foundation
import Synchronization

/// Draws in a thread of its own, while training goes on: one set of pictures at a time.
///
/// Pictures are only looked at. The first that cannot be written is told of once; then no more are drawn, and
/// the run goes on.
final class PictureQueue: Sendable {
  private let group = DispatchGroup()
  private let isOff = Mutex(false)
  private let say: @Sendable (String) -> Void

  /// - Parameter say: a line for people, from any thread.
  init(say: @escaping @Sendable (String) -> Void) {
    self.say = say
  }

  /// Whether a set would still be drawn.
  var isOn: Bool { isOff.withLock { !$0 } }

  /// Draws a set, when the one before is done.
  func submit(_ draw: @escaping @Sendable () throws -> Void) {
    wait()
    guard isOn else { return }
    group.enter()
    let thread = Thread { [self] in
      do { try draw() } catch { giveUp(error) }
      group.leave()
    }
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Returns when all that was submitted is drawn.
  func wait() { group.wait() }

  /// Tells of a failure, the first time.
  func giveUp(_ error: any Error) {
    let isFirst = isOff.withLock { isOff in
      defer { isOff = true }
      return !isOff
    }
    if isFirst { say("warning: \(error); no more pictures and tables are written") }
  }
}
