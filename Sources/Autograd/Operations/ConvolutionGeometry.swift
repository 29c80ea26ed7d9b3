/// A number for the vertical and one for the horizontal axis of an image.
public struct Pair: Sendable, Equatable, ExpressibleByIntegerLiteral {
  /// Along the height.
  public var y: Int
  /// Along the width.
  public var x: Int

  /// Two numbers.
  public init(_ y: Int, _ x: Int) {
    (self.y, self.x) = (y, x)
  }

  /// The same number along both axes.
  public init(integerLiteral value: Int) {
    self.init(value, value)
  }
}

/// How a window moves over an image.
public struct Sliding: Sendable, Equatable {
  /// The distance between neighbouring windows.
  public var stride: Pair
  /// The width of the margin of zeros on every side.
  public var padding: Pair
  /// The distance between neighbouring values of a window.
  public var dilation: Pair

  /// Windows side by side by default, on the bare image.
  public init(stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1) {
    (self.stride, self.padding, self.dilation) = (stride, padding, dilation)
  }

  /// The size of the result of a window over an image; not positive where the window does not fit.
  public func outputSize(_ image: Pair, kernel: Pair) -> Pair {
    func size(_ image: Int, _ kernel: Int, _ stride: Int, _ padding: Int, _ dilation: Int) -> Int {
      let room = image + 2 * padding - dilation * (kernel - 1) - 1
      return room < 0 ? 0 : room / stride + 1
    }
    return Pair(
      size(image.y, kernel.y, stride.y, padding.y, dilation.y),
      size(image.x, kernel.x, stride.x, padding.x, dilation.x))
  }

  /// The lines that windows touch, from the first line of the margin on.
  func reach(_ count: Int, kernel: Int, _ axis: KeyPath<Pair, Int>) -> Int {
    (count - 1) * stride[keyPath: axis] + dilation[keyPath: axis] * (kernel - 1) + 1
  }

  /// The size of the result of a transposed convolution: the image over which such windows would give
  /// a result of this size, and `outputPadding` lines more.
  public func transposedSize(_ image: Pair, kernel: Pair, outputPadding: Pair = 0) -> Pair {
    Pair(
      (image.y - 1) * stride.y - 2 * padding.y + dilation.y * (kernel.y - 1) + 1 + outputPadding.y,
      (image.x - 1) * stride.x - 2 * padding.x + dilation.x * (kernel.x - 1) + 1 + outputPadding.x)
  }
}

/// Which taps of a kernel count. Work is done for these only; the weights of the others have no effect
/// and the gradient zero.
public struct TapMask: Sendable, Equatable {
  /// The kernel's size.
  public let kernel: Pair
  /// The taps that count, as places in the kernel, row-major.
  public let taps: [Int]

  /// All taps of a kernel.
  public init(all kernel: Pair) {
    self.kernel = kernel
    taps = Array(0..<kernel.y * kernel.x)
  }

  /// - Parameter mask: [height][width], true where the tap counts.
  public init(_ mask: [[Bool]]) {
    kernel = Pair(mask.count, mask.first?.count ?? 0)
    precondition(mask.allSatisfy { [width = kernel.x] in $0.count == width }, "lines of one length")
    taps = mask.joined().enumerated().filter(\.element).map(\.offset)
  }

  /// The taps before the centre in raster order: mask A of pixel models, and mask B with the centre
  /// (van den Oord, Kalchbrenner, Kavukcuoglu, "Pixel Recurrent Neural Networks", 2016).
  public static func raster(_ kernel: Pair, centre: Bool) -> TapMask {
    let middle = kernel.y / 2 * kernel.x + kernel.x / 2
    return TapMask(
      (0..<kernel.y).map { y in
        (0..<kernel.x).map { x in
          let place = y * kernel.x + x
          return place < middle || (centre && place == middle)
        }
      })
  }
}
