import CMPI
import Foundation
import Timeline

/// Memory that all ranks see, when all are on one host (`shm_open`, `mmap`): a segment of Float32 and a
/// few counters for every rank.
///
/// The name of the memory is gone as soon as all ranks have it, so nothing is left behind however a run
/// ends.
public final class SharedMemory {
  private let base: UnsafeMutableRawPointer
  private let bytes: Int
  private let segmentBytes: Int

  /// A counter a cache line, before the segment's floats.
  private static let counterStride = 64
  private let counters: Int

  /// Maps memory on all ranks, or on none: nil where ranks are on several hosts or the host has no room.
  /// Every rank calls this together.
  /// - Parameters:
  ///   - floats: the elements of a rank's segment.
  ///   - counters: the number of a rank's counters, which start at 0.
  public init?(_ communicator: Communicator, floats: Int, counters: Int) throws {
    self.counters = counters
    segmentBytes =
      (counters * Self.counterStride + floats * MemoryLayout<Float>.stride + 4095) / 4096 * 4096
    bytes = segmentBytes * communicator.size
    let oneHost = try communicator.ranksOnHost() == communicator.size
    let created = communicator.rank == 0 && oneHost ? Self.create(bytes) : nil
    let name = String(
      decoding: try communicator.broadcast(Array((created ?? "").utf8)), as: UTF8.self)
    let mapped = name.isEmpty ? nil : Self.map(name, bytes)
    let all = try communicator.allGather([mapped == nil ? 0 : 1]).allSatisfy { $0 == [1] }
    if created != nil { shm_unlink(name) }
    guard all, let mapped else {
      if let mapped { munmap(mapped, bytes) }
      return nil
    }
    base = mapped
  }

  deinit { munmap(base, bytes) }

  /// A rank's floats.
  public func floats(of rank: Int) -> UnsafeMutablePointer<Float> {
    (base + rank * segmentBytes + counters * Self.counterStride).assumingMemoryBound(to: Float.self)
  }

  /// Raises a counter of a rank: all that it wrote before is visible to who awaits the value.
  public func publish(_ value: UInt64, counter: Int, of rank: Int) {
    sdt_counter_publish(self.counter(counter, of: rank), value)
  }

  /// Waits until a counter of a rank has reached a value.
  public func await(_ value: UInt64, counter: Int, of rank: Int) {
    let place = self.counter(counter, of: rank)
    guard sdt_counter_has_reached(place, value) == 0 else { return }
    Activity.wait.during("wait for sums", .rank(rank)) { sdt_counter_await(place, value) }
  }

  private func counter(_ counter: Int, of rank: Int) -> UnsafeMutablePointer<UInt64> {
    (base + rank * segmentBytes + counter * Self.counterStride).assumingMemoryBound(to: UInt64.self)
  }

  /// The name of new memory, or nil without room for it.
  private static func create(_ bytes: Int) -> String? {
    let name = "/swift-dist-train-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    let file = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0o600)
    guard file >= 0 else { return nil }
    defer { close(file) }
    // Without room a later write would be the end of the process; ask now.
    guard posix_fallocate(file, 0, off_t(bytes)) == 0 else {
      shm_unlink(name)
      return nil
    }
    return name
  }

  private static func map(_ name: String, _ bytes: Int) -> UnsafeMutableRawPointer? {
    let file = shm_open(name, O_RDWR, 0)
    guard file >= 0 else { return nil }
    defer { close(file) }
    let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
    return memory == MAP_FAILED ? nil : memory
  }
}
