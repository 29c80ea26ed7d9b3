import Foundation
import Testing

@testable import TensorBoard

@Suite("Records of event files")
struct RecordTests {
  private func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBytes { RecordChecksum.plain($0) }
  }

  @Test("CRC-32C of RFC 3720, B.4")
  func knownChecksums() {
    #expect(checksum([]) == 0)
    #expect(checksum(Array("123456789".utf8)) == 0xE306_9283)
    #expect(checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(checksum([UInt8](repeating: 255, count: 32)) == 0x62A8_AB43)
    #expect(checksum(Array(0..<32)) == 0x46DD_794E)
    #expect(checksum((0..<32).reversed()) == 0x113F_DB5C)
  }

  @Test("eight bytes at a time and one after the other come to the same")
  func lengths() {
    let bytes = (0..<100).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }
    for length in 0...bytes.count {
      var word = ~UInt32(0)
      for byte in bytes[..<length] {
        word ^= UInt32(byte)
        for _ in 0..<8 { word = (word >> 1) ^ (word & 1 == 1 ? 0x82F6_3B78 : 0) }
      }
      #expect(checksum(Array(bytes[..<length])) == ~word)
    }
  }

  @Test("a full disk is an error, and leaves whole records")
  func fullDisk() throws {
    let file = try RecordFile("/dev/full")
    let error = #expect(throws: (any Error).self) { try file.append([1, 2, 3]) }
    #expect("\(try #require(error))" == "/dev/full: No space left on device")
  }
}
