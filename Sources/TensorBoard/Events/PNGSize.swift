import Foundation

/// What the header of a PNG file says of its size (PNG specification, 11.2.1: IHDR is the first chunk).
struct PNGSize {
  let width: Int32
  let height: Int32
  /// 1 to 4: grey, grey with alpha, colours, colours with alpha.
  let channels: Int32

  /// Nil where the bytes are no PNG.
  init?(_ file: Data) {
    let bytes = [UInt8](file.prefix(26))
    guard bytes.count == 26, bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    else { return nil }
    func number(at place: Int) -> Int32 {
      bytes[place..<place + 4].reduce(0) { $0 << 8 | Int32($1) }
    }
    width = number(at: 16)
    height = number(at: 20)
    // The types of colour: 0 grey, 2 colours, 3 a palette of colours, 4 and 6 with alpha.
    channels = [0: 1, 2: 3, 3: 3, 4: 2, 6: 4][bytes[25]] ?? 3
  }
}
