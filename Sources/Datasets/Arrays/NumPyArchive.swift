import CZlib

/// Writes a NumPy archive (`.npz`): arrays stored one after the other in a ZIP file.
///
/// Formats: NumPy Enhancement Proposal 1, version 1.0; PKWARE, "APPNOTE.TXT: .ZIP File Format
/// Specification", sections 4.3.7, 4.3.12 and 4.3.16. Archives below 4 GiB.
public struct NumPyArchive {
  private var bytes: [UInt8] = []
  private var directory: [UInt8] = []
  private var count = 0

  /// An empty archive.
  public init() {}

  /// Adds an array [shape] of little-endian floating-point numbers.
  /// - Precondition: as many values as the shape says; the archive stays below 4 GiB.
  public mutating func add<T: BinaryFloatingPoint>(_ name: String, shape: [Int], values: [T]) {
    precondition(shape.reduce(1, *) == values.count, "as many values as the shape says")
    let content =
      Self.header(shape, size: MemoryLayout<T>.size) + values.withUnsafeBytes { Array($0) }
    let offset = bytes.count
    let file = Array((name + ".npy").utf8)
    precondition(offset + content.count + file.count < 0xFFFF_FFFF, "archives below 4 GiB")
    let checkSum = Int(content.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) })
    // Version, flags, method 0 (stored), time, date (1 January 1980), check sum, sizes, name, extra.
    let common =
      Self.word(20, 2) + Self.word(0, 2) + Self.word(0, 2) + Self.word(0, 2) + Self.word(0x21, 2)
      + Self.word(checkSum, 4) + Self.word(content.count, 4) + Self.word(content.count, 4)
      + Self.word(file.count, 2) + Self.word(0, 2)
    bytes += Self.word(0x0403_4B50, 4) + common + file + content
    // Comment, disk and attributes: none.
    directory +=
      Self.word(0x0201_4B50, 4) + Self.word(20, 2) + common + Self.word(0, 2) + Self.word(0, 2)
      + Self.word(0, 2) + Self.word(0, 4) + Self.word(offset, 4) + file
    count += 1
  }

  /// The file.
  public func encoded() -> [UInt8] {
    bytes + directory + Self.word(0x0605_4B50, 4) + Self.word(0, 2) + Self.word(0, 2)
      + Self.word(count, 2) + Self.word(count, 2) + Self.word(directory.count, 4)
      + Self.word(bytes.count, 4) + Self.word(0, 2)
  }

  private static func header(_ shape: [Int], size: Int) -> [UInt8] {
    let axes = shape.map { "\($0)," }.joined(separator: " ")
    let text = "{'descr': '<f\(size)', 'fortran_order': False, 'shape': (\(axes)), }"
    // Elements begin at a multiple of 64 bytes; the header ends with a line feed.
    let padding = (64 - (10 + text.utf8.count + 1) % 64) % 64
    let line = Array((text + String(repeating: " ", count: padding) + "\n").utf8)
    return [0x93] + Array("NUMPY".utf8) + [1, 0] + word(line.count, 2) + line
  }

  private static func word(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
