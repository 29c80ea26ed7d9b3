import CKernels
import Testing

@Suite("Philox4x32-10")
struct PhiloxTests {
  /// The known-answer vectors that come with Random123 (`kat_vectors`).
  static let published: [(counter: [UInt32], key: [UInt32], block: [UInt32])] = [
    (
      [0, 0, 0, 0], [0, 0],
      [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
    ),
    (
      [.max, .max, .max, .max], [.max, .max],
      [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
    ),
    (
      [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
      [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
    ),
  ]

  @Test("a block is the published one", arguments: published)
  func knownAnswers(_ vector: (counter: [UInt32], key: [UInt32], block: [UInt32])) {
    #expect(block(counter: vector.counter, key: vector.key) == vector.block)
  }

  @Test("the lanes of a fill are single blocks", arguments: [1, 15, 16, 17, 63, 64, 65, 128, 200])
  func lanes(count: Int) {
    let stream = sdt_stream(key: (0xa409_3822, 0x299f_31d0), step: 7, round: 0xffff_fffe)
    let item: UInt32 = 0x8000_0003
    // One more word than asked for must stay as it was.
    var words = [UInt32](repeating: 0xdead_beef, count: count + 1)
    sdt_philox_fill(stream, item, &words, count)
    for draw in 0..<count {
      let counter = [UInt32(16 * (draw / 64) + draw % 16), item, stream.step, stream.round]
      let one = block(counter: counter, key: [stream.key.0, stream.key.1])
      #expect(words[draw] == one[draw % 64 / 16], "draw \(draw)")
    }
    #expect(words[count] == 0xdead_beef)
  }

  @Test("a uniform number is its word's upper 24 bits", arguments: [1, 64, 77])
  func uniform(count: Int) {
    let stream = sdt_stream(key: (1, 2), step: 3, round: 4)
    var words = [UInt32](repeating: 0, count: count)
    var uniforms = [Float](repeating: -1, count: count + 1)
    sdt_philox_fill(stream, 5, &words, count)
    sdt_uniform_fill(stream, 5, &uniforms, count)
    #expect(uniforms.dropLast() == words.map { Float($0 >> 8) / 16_777_216 }[...])
    #expect(uniforms[count] == -1)
  }

  private func block(counter: [UInt32], key: [UInt32]) -> [UInt32] {
    var out = [UInt32](repeating: 0, count: 4)
    sdt_philox_block(counter, key, &out)
    return out
  }
}
