import Foundation
import Synchronization

/// The thread's way to be told that the run is over, and to say that it has ended.
final class StopSwitch: Sendable {
  private let flag = Atomic<Bool>(false)
  private let done = DispatchSemaphore(value: 0)
  /// Readable when it is time to stop.
  let readEnd: Int32
  private let writeEnd: Int32

  /// Nil where no pipe can be had (`pipe(2)`).
  init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  var isOn: Bool { flag.load(ordering: .relaxed) }

  func stop() {
    flag.store(true, ordering: .relaxed)
    _ = write(writeEnd, "x", 1)
  }

  func hasEnded() { done.signal() }

  /// Waits until the thread has ended, but not for long: a run must not hang at its end.
  func waitForEnd() { _ = done.wait(timeout: .now() + 2) }
}

/// The clock of the watchdog's threads (`CLOCK_MONOTONIC`), in seconds.
func monotonicSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// A connection, and what has arrived of a message.
struct BeatStream {
  let file: Int32
  private var pending: [UInt8] = []

  init(_ file: Int32) { self.file = file }

  /// What can be had now.
  enum Reading: Equatable {
    case beat(Beat)
    case nothing
    case ended
  }

  /// The next message, without waiting (`recv(2)`).
  mutating func next() -> Reading {
    while pending.count < Beat.size {
      var buffer = [UInt8](repeating: 0, count: Beat.size - pending.count)
      let count = recv(file, &buffer, buffer.count, 0)
      if count < 0 && errno == EINTR { continue }
      if count < 0 && errno == EAGAIN { return .nothing }
      guard count > 0 else { return .ended }
      pending += buffer.prefix(count)
    }
    defer { pending.removeAll(keepingCapacity: true) }
    return Beat(pending[...]).map { .beat($0) } ?? .ended
  }

  /// Ends it so that what was sent arrives: nothing unread may be left behind, or the other side
  /// loses what it has not read yet.
  mutating func end(_ last: Beat) {
    TCP.send(last, to: file)
    shutdown(file, Int32(SHUT_WR))
  }

  /// Reads what comes until the other side has ended it too, and closes it.
  mutating func drain(until time: Double) {
    while monotonicSeconds() < time {
      switch next() {
      case .ended: return close()
      case .beat: continue
      case .nothing: _ = TCP.wait(file, Int16(POLLIN), max(time - monotonicSeconds(), 0.001))
      }
    }
    close()
  }

  func close() { _ = Glibc.close(file) }
}

/// Seconds between two beats.
let beatPeriod = 0.5
