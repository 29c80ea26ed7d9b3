import Foundation

/// Aligned memory, freed with its last view. 64 bytes are a cache line and the widest vector.
final class Memory {
  let pointer: UnsafeMutablePointer<Float>

  /// What the system maps at once where it is asked to.
  private static let hugePage = 1 << 21

  init(count: Int) {
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    let isLarge = bytes >= Self.hugePage
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: bytes, alignment: isLarge ? Self.hugePage : 64)
    if isLarge { Self.askForHugePages(raw, bytes) }
    pointer = raw.bindMemory(to: Float.self, capacity: max(count, 1))
    pointer.initialize(repeating: 0, count: max(count, 1))
  }

  deinit {
    UnsafeMutableRawPointer(pointer).deallocate()
  }

  /// Weights and gradients are walked through in every step: with pages of 4 KiB the core looks up
  /// addresses for a good part of that. A system that refuses costs nothing but time.
  private static func askForHugePages(_ start: UnsafeMutableRawPointer, _ bytes: Int) {
    #if os(Linux)
      _ = madvise(start, bytes, MADV_HUGEPAGE)
    #endif
  }
}
