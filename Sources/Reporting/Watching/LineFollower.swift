import Foundation

/// Reads the lines that have been added to a file since the last look, on any file system, also when the file is
/// replaced or cut by a run that goes on from a checkpoint.
struct LineFollower {
  /// What a look finds.
  enum News {
    /// It is another file, or no longer what it was: all that came before is void.
    case restarted
    /// A whole new line, without its line break.
    /// - Parameter place: where lines are left out, the number of the place that this one is from.
    case line(ArraySlice<UInt8>, place: Int?)
  }

  /// How much is read in full; of more, some places are.
  struct Limits {
    var whole = 8 << 20
    var places = 1000
    var block = 16 << 10
  }

  let path: String
  var limits = Limits()
  /// Bytes that were left out.
  private(set) var skipped = 0
  private var identity: [UInt64] = []
  private var offset = 0
  /// The bytes before `offset`: a file that was cut and has grown again has others there.
  private var trail: [UInt8] = []

  init(path: String, limits: Limits = .init()) { (self.path, self.limits) = (path, limits) }

  /// Hands over what is new. A last line without a line break is left for the next look.
  mutating func poll(_ take: (News) -> Void) {
    // Opening it anew is what brings attributes up to date on NFS.
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      if !identity.isEmpty { take(.restarted) }
      return forget()
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { return }
    let found = [UInt64(status.st_dev), UInt64(status.st_ino)]
    if found != identity || Int(status.st_size) < offset || trail != trail(file) {
      if !identity.isEmpty { take(.restarted) }
      forget()
    }
    identity = found
    read(file, size: Int(status.st_size), take)
    trail = trail(file)
  }

  private mutating func forget() { (identity, offset, trail, skipped) = ([], 0, [], 0) }

  private func trail(_ file: Int32) -> [UInt8] { bytes(file, max(0, offset - 64)..<offset) }

  private mutating func read(
    _ file: Int32, size: Int, _ take: (News) -> Void
  ) {
    let isSample = size - offset > limits.whole
    let place = isSample ? sample(file, size: size, take) : nil
    while offset < size {
      let piece = bytes(file, offset..<min(size, offset + (1 << 20)))
      guard let end = piece.lastIndex(of: UInt8(ascii: "\n")) else {
        // A line of a megabyte is none of ours.
        if piece.count == 1 << 20 { offset += piece.count }
        return
      }
      let isLast = offset + piece.count == size
      for line in piece[..<end].split(separator: UInt8(ascii: "\n")) {
        take(.line(line, place: isLast && line.endIndex == end ? nil : place))
      }
      offset += end + 1
    }
  }

  /// Lines of equally spaced places, up to the last part, which is one of them.
  /// - Returns: the number of places before.
  private mutating func sample(
    _ file: Int32, size: Int, _ take: (News) -> Void
  ) -> Int {
    let end = size - limits.whole / 8
    let stride = max((end - offset) / limits.places, limits.block)
    skipped += max(0, (end - offset) - limits.places * limits.block)
    var (next, place) = (offset, 0)
    while next < end {
      let piece = bytes(file, next..<min(end, next + limits.block))
      let lines = piece.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      // The first is the end of a line, but for the file's own beginning; the last may be torn.
      for line in lines.dropFirst(next == offset ? 0 : 1).dropLast() where !line.isEmpty {
        take(.line(line, place: place))
      }
      (next, place) = (next + stride, place + 1)
    }
    // On to the beginning of a line.
    let piece = bytes(file, end..<min(size, end + limits.block))
    offset = end + (piece.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0)
    return place
  }

  private func bytes(_ file: Int32, _ range: Range<Int>) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      while count < range.count {
        let got = pread(
          file, buffer.baseAddress! + count, range.count - count, off_t(range.lowerBound + count))
        if got < 0 && errno == EINTR { continue }
        if got <= 0 { break }
        count += got
      }
    }
  }
}
