import Dispatch
import Foundation
import Reporting
import Synchronization

/// A run's event files for TensorBoard. Events are encoded and written by a thread of their own: whoever logs
/// one goes on at once.
///
/// What goes wrong ends nothing: there is one warning, and no more is written. Files grow by whole records,
/// at the latest two seconds after an event; of a process that is killed the rest stays.
public final class EventLog: Sendable {
  /// How many events may wait. More are dropped, with one warning: a disk that hangs must not hold up a run.
  static let capacity = 4096

  let queue = DispatchQueue(label: "TensorBoard")
  private let writer: EventWriter
  private let waiting = Atomic<Int>(0)
  private let hasDropped = Atomic<Bool>(false)
  private let warn: @Sendable (String) -> Void

  /// Begins a file in a folder, which is made where it is not there.
  /// - Parameters:
  ///   - folder: the folder of event files, one run's.
  ///   - step: the first step that a resumed run does again: readers forget what they know of it and later
  ///     ones. Nil for a run from its beginning.
  ///   - introduction: events that every file begins with.
  ///   - flushInterval: seconds that an event may wait for others to be written with.
  ///   - warn: told of trouble, once, from another thread.
  public init(
    folder: String, restartingAt step: Int? = nil, introduction: [LoggedEvent] = [],
    flushInterval: Double = 2, warn: @escaping @Sendable (String) -> Void
  ) {
    self.warn = warn
    writer = EventWriter(
      queue, folder: folder, restart: step, introduction: introduction, interval: flushInterval,
      warn: warn)
    queue.async { [writer] in writer.begin() }
  }

  /// Logs an event. From any thread.
  public func log(_ event: LoggedEvent) {
    guard waiting.add(1, ordering: .relaxed).newValue <= Self.capacity else {
      waiting.subtract(1, ordering: .relaxed)
      warnOfDropping()
      return
    }
    queue.async { [self] in
      writer.write(event)
      waiting.subtract(1, ordering: .relaxed)
    }
  }

  private func warnOfDropping() {
    guard !hasDropped.exchange(true, ordering: .relaxed) else { return }
    warn(
      "warning: TensorBoard files are written slower than the run goes: some events are missing there; "
        + "metrics.jsonl has all values")
  }

  /// Writes what waits: before a checkpoint, so that a run that goes on from there has all that came before.
  /// - Parameter seconds: how long a slow disk is waited for.
  public func flush(within seconds: Double = 0.5) {
    let group = DispatchGroup()
    queue.async(group: group) { [writer] in writer.flushNow() }
    _ = group.wait(timeout: .now() + seconds)
  }

  /// Writes what waits, and nothing more.
  /// - Parameters:
  ///   - end: how the run has ended; nil where it will go on.
  ///   - seconds: how long a slow disk is waited for.
  public func close(_ end: SessionEnd?, within seconds: Double = 10) {
    let group = DispatchGroup()
    queue.async(group: group) { [writer] in writer.close(end) }
    guard group.wait(timeout: .now() + seconds) == .timedOut else { return }
    warn("warning: TensorBoard files are not complete: the disk does not answer")
  }
}
