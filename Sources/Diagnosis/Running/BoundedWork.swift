import Foundation
import Synchronization

/// What became of work that may never end.
public enum Outcome<Value: Sendable & Codable>: Sendable, Codable {
  /// It is done.
  case done(Value)
  /// It failed, with a line that says why.
  case failed(String)
  /// It has not ended in time. It goes on, and nobody waits for it.
  case late
}

/// Where a thread leaves what it has done, for one who may have stopped waiting.
private final class Place<Value: Sendable & Codable>: Sendable {
  private let outcome = Mutex<Outcome<Value>>(.late)
  private let done = DispatchSemaphore(value: 0)

  func put(_ new: Outcome<Value>) {
    outcome.withLock { $0 = new }
    done.signal()
  }

  func wait(_ seconds: Double) -> Outcome<Value> {
    _ = done.wait(timeout: .now() + seconds)
    return outcome.withLock { $0 }
  }
}

/// Does work on a thread of its own, and waits for it only so long.
public func bounded<T: Sendable & Codable>(
  seconds: Double, _ body: @escaping @Sendable () throws -> T
) -> Outcome<T> {
  let place = Place<T>()
  let thread = Thread {
    do { place.put(.done(try body())) } catch { place.put(.failed("\(error)")) }
  }
  thread.stackSize = 16 << 20
  thread.start()
  return place.wait(seconds)
}
