import Foundation
import Synchronization

/// A thread of its own that does what must happen also while a run evaluates, writes a checkpoint, or takes its
/// time over a step: it redraws the display, and keeps `progress.json` young.
public final class ProgressTicker: Sendable {
  private let isDone = Atomic<Bool>(false)
  private let wake = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  /// Starts it.
  /// - Parameters:
  ///   - interval: seconds between two calls.
  ///   - body: what is called; it ends by itself in bounded time.
  public init(every interval: Double, _ body: @escaping @Sendable () -> Void) {
    Thread.detachNewThread { [self] in
      while !isDone.load(ordering: .relaxed) {
        body()
        _ = wake.wait(timeout: .now() + interval)
      }
      ended.signal()
    }
  }

  /// Ends it, and waits for a call under way for two seconds at most: a file system may hang.
  /// - Returns: whether it has ended.
  @discardableResult
  public func stop() -> Bool {
    let isFirst = !isDone.exchange(true, ordering: .relaxed)
    wake.signal()
    guard ended.wait(timeout: .now() + (isFirst ? 2 : 0)) == .success else { return false }
    // For whoever asks again.
    ended.signal()
    return true
  }
}
