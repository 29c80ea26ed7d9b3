extension PNGImage {
  /// The pixels of a picture of few colours as numbers of these.
  struct Indexed {
    /// The colours in the order in which they occur, three samples each.
    var palette: [UInt8] = []
    /// A colour's number for every pixel, row-major.
    var indices: [UInt8] = []
  }

  /// The picture by at most 256 colours; nil of a gray one, or one with more. Drawings have few: by their
  /// numbers they take a third of the room, or less.
  func indexed() -> Indexed? {
    guard channels == 3 else { return nil }
    var result = Indexed()
    result.indices.reserveCapacity(width * height)
    var numbers: [UInt32: UInt8] = [:]
    // Most pixels have the colour of their neighbour.
    var (last, number) = (UInt32.max, UInt8(0))
    for place in stride(from: 0, to: pixels.count, by: 3) {
      let color =
        UInt32(pixels[place]) << 16 | UInt32(pixels[place + 1]) << 8 | UInt32(pixels[place + 2])
      if color != last {
        if let known = numbers[color] {
          number = known
        } else {
          guard numbers.count < 256 else { return nil }
          number = UInt8(numbers.count)
          numbers[color] = number
          result.palette += pixels[place..<place + 3]
        }
        last = color
      }
      result.indices.append(number)
    }
    return result
  }
}
