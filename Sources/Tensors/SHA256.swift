import CKernels

/// SHA-256 (FIPS 180-4) of a stream of bytes.
public struct SHA256: Sendable {
  private var state = sdt_sha256()

  /// A new hash that has taken nothing.
  public init() {
    sdt_sha256_init(&state)
  }

  /// Takes the bytes of `buffer`.
  public mutating func update(_ buffer: UnsafeRawBufferPointer) {
    guard let start = buffer.baseAddress, !buffer.isEmpty else { return }
    sdt_sha256_update(&state, start, buffer.count)
  }

  /// Takes the UTF-8 bytes of `string`.
  public mutating func update(_ string: String) {
    var string = string
    string.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// The 32 bytes of the hash of what was taken so far; more may be taken afterwards.
  public func finalize() -> [UInt8] {
    var last = state
    return [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      sdt_sha256_final(&last, buffer.baseAddress!)
      count = 32
    }
  }

  /// The hash of what was taken so far as 64 lower-case hexadecimal digits.
  public var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    let text = finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
