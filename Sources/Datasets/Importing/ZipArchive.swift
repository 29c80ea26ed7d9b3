import CZlib
import Foundation

/// The members of a ZIP archive, stored or deflated, with 64-bit lengths where they are needed.
///
/// Format: PKWARE, "APPNOTE.TXT: .ZIP File Format Specification", sections 4.3 and 4.5.3.
final class ZipArchive {
  /// A member, as the central directory describes it.
  struct Member {
    var name: String
    var method: Int
    var checkSum: UInt32
    var packedSize: Int
    var size: Int
    var headerOffset: Int
  }

  let path: String
  let members: [Member]
  private let bytes: Data

  /// Maps the file and reads its directory. Throws `DatasetError`.
  init(_ path: String) throws {
    do {
      bytes = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    } catch {
      throw DatasetError(path, "cannot open it: \(error.localizedDescription)")
    }
    self.path = path
    members = try ZipDirectory(bytes: bytes, path: path).members()
  }

  /// The content of `member`, from its start.
  func source(of member: Member) throws -> any ByteSource {
    let fields = ZipFields(bytes, path)
    guard try fields.number(member.headerOffset, 4) == 0x0403_4B50 else { throw fields.damaged() }
    let start =
      try member.headerOffset + 30 + fields.number(member.headerOffset + 26, 2)
      + fields.number(member.headerOffset + 28, 2)
    guard start + member.packedSize <= bytes.count else { throw fields.damaged() }
    let packed = bytes[start..<start + member.packedSize]
    return try ZipMemberSource(packed, member, name: "\(path)/\(member.name)")
  }
}

/// Little-endian numbers at offsets, with a check that they are there.
private struct ZipFields {
  let bytes: Data
  let path: String

  init(_ bytes: Data, _ path: String) {
    self.bytes = bytes
    self.path = path
  }

  func number(_ offset: Int, _ width: Int) throws -> Int {
    guard offset >= 0, offset + width <= bytes.count else { throw damaged() }
    let value = bytes[offset..<offset + width].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    // Nothing in a file of at most 2^50 bytes is larger; so sums of two numbers never overflow.
    guard value < 1 << 50 || value == .max else { throw damaged() }
    return value == .max ? Int.max >> 8 : Int(value)
  }

  func text(_ offset: Int, _ count: Int) throws -> String {
    guard offset + count <= bytes.count else { throw damaged() }
    return String(decoding: bytes[offset..<offset + count], as: UTF8.self)
  }

  func damaged() -> DatasetError {
    DatasetError(path, "not a whole ZIP archive (.npz)", advice: "it is cut off; write it again")
  }
}

/// Reads the list of members at the end of an archive.
private struct ZipDirectory {
  private let fields: ZipFields

  init(bytes: Data, path: String) {
    fields = ZipFields(bytes, path)
  }

  func members() throws -> [ZipArchive.Member] {
    var (count, offset) = try location()
    var result: [ZipArchive.Member] = []
    while count > 0 {
      let (member, next) = try entry(at: offset)
      result.append(member)
      offset = next
      count -= 1
    }
    return result
  }

  /// How many members there are and where their list starts, from the end record (4.3.16), or from
  /// its 64-bit form (4.3.14).
  private func location() throws -> (count: Int, offset: Int) {
    let end = fields.bytes.count - 22
    guard end >= 0 else { throw fields.damaged() }
    // A comment of at most 65535 bytes may follow the record.
    for record in stride(from: end, through: max(0, end - 65535), by: -1)
    where try fields.number(record, 4) == 0x0605_4B50 {
      let count = try fields.number(record + 10, 2)
      let offset = try fields.number(record + 16, 4)
      if count < 0xFFFF, offset < 0xFFFF_FFFF { return (count, offset) }
      guard try fields.number(record - 20, 4) == 0x0706_4B50 else { throw fields.damaged() }
      let wide = try fields.number(record - 12, 8)
      guard try fields.number(wide, 4) == 0x0606_4B50 else { throw fields.damaged() }
      return try (fields.number(wide + 32, 8), fields.number(wide + 48, 8))
    }
    throw fields.damaged()
  }

  /// The entry at `offset` (4.3.12), and where the next one starts.
  private func entry(at offset: Int) throws -> (ZipArchive.Member, Int) {
    guard try fields.number(offset, 4) == 0x0201_4B50 else { throw fields.damaged() }
    let nameLength = try fields.number(offset + 28, 2)
    let extraLength = try fields.number(offset + 30, 2)
    let commentLength = try fields.number(offset + 32, 2)
    var member = try ZipArchive.Member(
      name: fields.text(offset + 46, nameLength), method: fields.number(offset + 10, 2),
      checkSum: UInt32(fields.number(offset + 16, 4)), packedSize: fields.number(offset + 20, 4),
      size: fields.number(offset + 24, 4), headerOffset: fields.number(offset + 42, 4))
    try widen(&member, extra: offset + 46 + nameLength, count: extraLength)
    return (member, offset + 46 + nameLength + extraLength + commentLength)
  }

  /// Replaces lengths of all ones by those of the 64-bit extra field (4.5.3), in its order.
  private func widen(_ member: inout ZipArchive.Member, extra: Int, count: Int) throws {
    var at = extra
    while at + 4 <= extra + count {
      let length = try fields.number(at + 2, 2)
      if try fields.number(at, 2) == 1 {
        var field = at + 4
        for key in [\ZipArchive.Member.size, \.packedSize, \.headerOffset]
        where member[keyPath: key] == 0xFFFF_FFFF {
          member[keyPath: key] = try fields.number(field, 8)
          field += 8
        }
      }
      at += 4 + length
    }
  }
}

/// The content of one member, decompressed as it is read. `inflate`, `crc32`
private final class ZipMemberSource: ByteSource {
  let name: String
  private let packed: Data
  private let member: ZipArchive.Member
  private var stream: UnsafeMutablePointer<z_stream>?
  private var taken = 0
  private var given = 0
  private var checkSum: UInt = 0

  init(_ packed: Data, _ member: ZipArchive.Member, name: String) throws {
    self.packed = packed
    self.member = member
    self.name = name
    switch member.method {
    case 0: break
    case 8: stream = try Self.inflater(name)
    default:
      throw DatasetError(
        name, "compressed by method \(member.method)",
        advice: "write it with numpy.savez or numpy.savez_compressed")
    }
  }

  /// A decompressor of raw deflate, without header. It keeps a pointer to itself, so it must not
  /// move. `inflateInit2`
  private static func inflater(_ name: String) throws -> UnsafeMutablePointer<z_stream> {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let size = Int32(MemoryLayout<z_stream>.size)
    if inflateInit2_(stream, -15, zlibVersion(), size) == Z_OK { return stream }
    stream.deallocate()
    throw DatasetError(name, "zlib cannot start")
  }

  deinit {
    guard let stream else { return }
    inflateEnd(stream)
    stream.deallocate()
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    if buffer.isEmpty { return 0 }
    let count = try stream.map { try inflated($0, buffer) } ?? stored(buffer)
    let bytes = buffer.bindMemory(to: UInt8.self).baseAddress!
    checkSum = crc32_z(checkSum, bytes, count)
    given += count
    if given == member.size, UInt32(truncatingIfNeeded: checkSum) != member.checkSum {
      throw DatasetError(name, "wrong check sum", advice: "the archive is damaged; write it again")
    }
    return count
  }

  private func stored(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(buffer.count, packed.count - taken)
    let start = packed.startIndex + taken
    packed.copyBytes(
      to: buffer.bindMemory(to: UInt8.self), from: start..<start + count)
    taken += count
    return count
  }

  private func inflated(
    _ stream: UnsafeMutablePointer<z_stream>, _ buffer: UnsafeMutableRawBufferPointer
  ) throws -> Int {
    var done = 0
    while done < buffer.count {
      let (count, code) = step(stream, UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
      done += count
      if code == Z_STREAM_END { break }
      if code == Z_BUF_ERROR, count == 0 { break }
      guard code == Z_OK || code == Z_BUF_ERROR else {
        throw DatasetError(name, "damaged compressed data", advice: "write the archive again")
      }
    }
    return done
  }

  /// One call of `inflate`, with at most 2^30 bytes on either side.
  private func step(
    _ stream: UnsafeMutablePointer<z_stream>, _ target: UnsafeMutableRawBufferPointer
  ) -> (count: Int, code: Int32) {
    packed.withUnsafeBytes { bytes in
      let input = min(bytes.count - taken, 1 << 30)
      let room = min(target.count, 1 << 30)
      let start = bytes.bindMemory(to: UInt8.self).baseAddress.map { $0 + taken }
      stream.pointee.next_in = start.map { UnsafeMutablePointer(mutating: $0) }
      stream.pointee.avail_in = UInt32(input)
      stream.pointee.next_out = target.bindMemory(to: UInt8.self).baseAddress
      stream.pointee.avail_out = UInt32(room)
      let code = inflate(stream, Z_NO_FLUSH)
      taken += input - Int(stream.pointee.avail_in)
      return (room - Int(stream.pointee.avail_out), code)
    }
  }
}
