/// Equal pictures as numbers: `[count, channels, height, width]`, row-major.
public struct Tiles: Sendable, Equatable {
  /// How many pictures there are.
  public let count: Int
  /// 1, or 3 for red, green and blue.
  public let channels: Int
  /// Rows of a picture.
  public let height: Int
  /// Columns of a picture.
  public let width: Int
  /// All values. A picture has `length` of them.
  public let values: [Float]
  /// Values of a picture: `channels * height * width`, or fewer for vectors that do not fill it.
  public let length: Int

  /// Wraps pictures of shape `[count, channels, height, width]`. Another number of values than that
  /// makes, or a number of channels other than 1 and 3, traps.
  public init(_ values: [Float], count: Int, channels: Int = 1, height: Int, width: Int) {
    precondition(channels == 1 || channels == 3, "tiles have 1 or 3 channels, not \(channels)")
    precondition(height > 0 && width > 0, "tiles of \(height)x\(width)")
    precondition(
      count >= 0 && values.count == count * channels * height * width,
      "\(values.count) values do not make \(count)x\(channels)x\(height)x\(width)")
    (self.count, self.channels, self.height, self.width) = (count, channels, height, width)
    self.values = values
    length = channels * height * width
  }

  /// Copies pictures of shape `[count, channels, height, width]`.
  public init(
    copying values: UnsafeBufferPointer<Float>, count: Int, channels: Int = 1, height: Int,
    width: Int
  ) {
    self.init(Array(values), count: count, channels: channels, height: height, width: width)
  }

  /// Shows vectors without geometry, `[count, length]`, as tiles that are as square as can be; what
  /// the vector does not fill stays empty. Another number of values, or no length, traps.
  public init(vectors values: [Float], count: Int, length: Int) {
    precondition(length > 0, "vectors of length \(length)")
    precondition(
      count >= 0 && values.count == count * length,
      "\(values.count) values do not make \(count)x\(length)")
    let (height, width) = Self.square(length)
    (self.count, self.channels, self.height, self.width) = (count, 1, height, width)
    (self.values, self.length) = (values, length)
  }

  /// Puts tiles of one shape behind each other. Different shapes or counts, or nothing, trap.
  init(joining parts: [Tiles]) {
    let first = parts[0]
    for part in parts {
      precondition(
        part.count == first.count && part.channels == first.channels && part.height == first.height
          && part.width == first.width && part.length == first.length,
        "the versions of a picture differ in shape or number")
    }
    (channels, height, width) = (first.channels, first.height, first.width)
    (count, length) = (first.count * parts.count, first.length)
    values = parts.flatMap(\.values)
  }

  /// The value of a pixel, or `nil` where a vector has ended.
  func value(tile: Int, channel: Int, row: Int, column: Int) -> Float? {
    let place = (channel * height + row) * width + column
    return place < length ? values[tile * length + place] : nil
  }

  /// Height and width, at most twice as wide as high if exact; else the nearest square that holds
  /// the length.
  static func square(_ length: Int) -> (height: Int, width: Int) {
    let root = Int(Double(length).squareRoot())
    let lowest = max(1, Int((Double(length) / 2).squareRoot().rounded(.up)))
    for height in stride(from: root, through: lowest, by: -1) where length % height == 0 {
      return (height, length / height)
    }
    let width = root * root == length ? root : root + 1
    return ((length + width - 1) / width, width)
  }
}
