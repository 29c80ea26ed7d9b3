import CTimeline
import Foundation
import Synchronization

/// Writes the spans of one thread to a file of its own, from a thread of its own: the measured thread
/// takes no lock and makes no system call for it.
///
/// What was measured more than a fifth of a second ago is in the file, however the process ends.
public final class TraceRecorder: Sendable {
  /// Who the rank is, and how its clock stands to that of rank 0.
  public struct Identity: Sendable {
    /// The rank.
    public let rank: Int
    let host: String
    let offset: Int64
    let error: Int64
    let origin: Int64

    /// - Parameters:
    ///   - offset: this rank's clock less that of rank 0, in nanoseconds.
    ///   - error: by how much that may be wrong, in nanoseconds.
    ///   - origin: the moment 0 of the timeline, on the clock of rank 0.
    public init(rank: Int, host: String, offset: Int64, error: Int64, origin: Int64) {
      (self.rank, self.host, self.offset, self.error) = (rank, host, offset, error)
      self.origin = origin
    }
  }

  /// Room for 65,536 spans, 4 MiB: what a fast step of a small model keeps in a tenth of a second.
  private static let capacity: UInt64 = 1 << 16
  /// A file larger than this takes no more spans.
  private static let mostBytes = 256 << 20

  private nonisolated(unsafe) let ring: UnsafeMutablePointer<sdt_span_ring>
  private let file: Int32
  private let mustEnd = Atomic<Bool>(false)
  private let ended = DispatchSemaphore(value: 0)

  /// Creates the file, and keeps the calling thread's spans from here on.
  /// - Parameter failed: told why, once, should the file not be writable any more; spans are lost then.
  /// - Returns: nil, with `errno` set, where the file cannot be created.
  public init?(path: String, _ identity: Identity, failed: @escaping @Sendable (String) -> Void) {
    guard let ring = sdt_span_ring_create(Self.capacity) else { return nil }
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    self.ring = ring
    guard file >= 0 else { return nil }
    var events = TraceEvents(rank: identity.rank, origin: identity.origin + identity.offset)
    events.begin(host: identity.host, offset: identity.offset, error: identity.error)
    let thread = Thread { [self, events] in run(events, path, failed) }
    thread.name = "trace"
    thread.start()
    Stopwatch.record(ring)
  }

  /// Keeps no more spans, and closes the file. For the thread that is measured.
  public func finish() {
    guard !mustEnd.load(ordering: .relaxed) else { return }
    Stopwatch.record(nil)
    mustEnd.store(true, ordering: .releasing)
    // A run must not hang at its end on a file system that does.
    _ = ended.wait(timeout: .now() + 10)
  }

  private func run(
    _ first: TraceEvents, _ path: String, _ failed: @Sendable (String) -> Void
  ) {
    var (events, written, isBroken) = (first, 0, false)
    while true {
      let isLast = mustEnd.load(ordering: .acquiring)
      let isFull = isBroken || written > Self.mostBytes
      drain(into: &events, isFull: isFull)
      if isLast { events.end(lost: sdt_span_ring_lost(ring)) }
      if !isBroken, !write(events.bytes) {
        isBroken = true
        failed("\(path): \(String(cString: strerror(errno)))")
      }
      written += events.bytes.count
      events.removeAll()
      if isLast { break }
      usleep(100_000)
    }
    close(file)
    ended.signal()
  }

  private func drain(into events: inout TraceEvents, isFull: Bool) {
    let count = sdt_span_ring_count(ring)
    if isFull {
      return sdt_span_ring_discard(ring, count)
    }
    for place in 0..<count { events.add(sdt_span_ring_get(ring, place)) }
    sdt_span_ring_take(ring, count)
  }

  /// Whether all of it has gone (`write(2)`).
  private func write(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = Foundation.write(
          file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
      }
      return true
    }
  }
}
