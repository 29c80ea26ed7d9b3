/// How a message stands in an event file (the TFRecord format): its length in 8 bytes, their checksum
/// in 4, the message, its checksum in 4; all little-endian.
enum Record {
  /// Appends a message to the bytes of a file.
  static func append(_ message: [UInt8], to bytes: inout [UInt8]) {
    bytes.reserveCapacity(bytes.count + message.count + 16)
    withUnsafeBytes(of: UInt64(message.count).littleEndian) { length in
      bytes.append(contentsOf: length)
      append(RecordChecksum.masked(length), to: &bytes)
    }
    bytes.append(contentsOf: message)
    append(message.withUnsafeBytes { RecordChecksum.masked($0) }, to: &bytes)
  }

  private static func append(_ word: UInt32, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
  }
}
