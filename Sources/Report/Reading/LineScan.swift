import Foundation

/// Finds the lines of a file as fast as it can be read, in memory of a few megabytes.
enum LineScan {
  /// A line that is longer is skipped.
  private static let longest = 8 << 20

  /// Calls `body` with each line, its place in the file, and whether it ends with a line break. C: `read(2)`,
  /// `memchr(3)`.
  static func forEach(
    in file: Int32, _ body: (_ line: UnsafeRawBufferPointer, _ offset: Int, _ isWhole: Bool) -> Void
  ) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: longest, alignment: 64)
    defer { buffer.deallocate() }
    // `held` bytes at the buffer's start are the beginning of a line at `offset` of the file.
    var (held, offset, isSkipping) = (0, 0, false)
    while true {
      let count = Foundation.read(file, buffer.baseAddress! + held, min(1 << 20, longest - held))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      let end = held + count
      var start = 0
      while let place = memchr(buffer.baseAddress! + start, 10, end - start) {
        let stop = UnsafeRawPointer(place) - UnsafeRawPointer(buffer.baseAddress!)
        if !isSkipping {
          body(UnsafeRawBufferPointer(rebasing: buffer[start..<stop]), offset + start, true)
        }
        (start, isSkipping) = (stop + 1, false)
      }
      if start == 0 && end == longest { (start, isSkipping) = (end, true) }
      held = end - start
      if start > 0 { memmove(buffer.baseAddress!, buffer.baseAddress! + start, held) }
      offset += start
    }
    if held > 0 && !isSkipping {
      body(UnsafeRawBufferPointer(rebasing: buffer[..<held]), offset, false)
    }
  }
}
