import Tensors
import Testing

/// Examples of NIST: FIPS 180-2 appendix B, and the short messages of the validation suite.
@Suite struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrs"
        + "mnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func shortMessages(_ text: String, _ expected: String) {
    var hash = SHA256()
    hash.update(text)
    #expect(hash.hex == expected)
  }

  @Test(arguments: [1, 7, 63, 64, 65, 1000, 1_000_000])
  func aMillionLettersInPiecesOfAnyLength(_ length: Int) {
    var hash = SHA256()
    let letters = [UInt8](repeating: 0x61, count: 1_000_000)
    letters.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: bytes.count, by: length) {
        hash.update(UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + length, 1_000_000)]))
      }
    }
    #expect(hash.hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func goesOnAfterAResult() {
    var hash = SHA256()
    hash.update("a")
    _ = hash.finalize()
    hash.update("bc")
    #expect(hash.hex.hasPrefix("ba7816bf"))
  }
}
