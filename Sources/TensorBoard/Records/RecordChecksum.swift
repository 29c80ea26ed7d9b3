/// The checksum of a record: CRC-32C (Castagnoli, polynomial 0x1EDC6F41 with its bits reversed),
/// masked.
///
/// Source: RFC 3720, appendix B.4, and the TFRecord format ("masked_crc32_of_data"): the mask keeps
/// a checksum of bytes that hold checksums from being trivial.
enum RecordChecksum {
  /// Eight tables of 256 words: the remainder of a byte that 0…7 zero bytes follow.
  private static let tables: [UInt32] = {
    var tables = (0..<256).map { (byte: UInt32) -> UInt32 in
      var word = byte
      for _ in 0..<8 { word = (word >> 1) ^ (word & 1 == 1 ? 0x82F6_3B78 : 0) }
      return word
    }
    for place in 256..<2048 {
      let before = tables[place - 256]
      tables.append((before >> 8) ^ tables[Int(before & 0xFF)])
    }
    return tables
  }()

  /// CRC-32C of bytes, eight at a time (Kounavis and Berry, "Novel table lookup-based algorithms for
  /// high-performance CRC generation", 2008).
  static func plain(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    tables.withUnsafeBufferPointer { table in
      var word = ~UInt32(0)
      var place = 0
      while place + 8 <= bytes.count {
        let eight = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self).littleEndian
        word = step(eight ^ UInt64(word), table)
        place += 8
      }
      for byte in bytes[place...] {
        word = (word >> 8) ^ table[Int(UInt8(truncatingIfNeeded: word) ^ byte)]
      }
      return ~word
    }
  }

  @inline(__always)
  private static func step(_ eight: UInt64, _ table: UnsafeBufferPointer<UInt32>) -> UInt32 {
    var word: UInt32 = 0
    for place in 0..<8 {
      let byte = Int(truncatingIfNeeded: (eight >> UInt64(8 * place)) & 0xFF)
      word ^= table[(7 - place) * 256 + byte]
    }
    return word
  }

  /// CRC-32C, turned by 15 bits, plus a constant.
  static func masked(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    let sum = plain(bytes)
    return ((sum >> 15) | (sum << 17)) &+ 0xA282_EAD8
  }
}
