import PNG

/// Pixels to draw on. Whatever lies outside is cut off.
struct Canvas {
  let width: Int
  let height: Int
  private var pixels: [UInt8]

  /// A white canvas.
  init(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    pixels = [UInt8](repeating: 255, count: width * height * 3)
  }

  var image: PNGImage { PNGImage(width: width, height: height, channels: 3, pixels: pixels) }

  mutating func fill(x: Int, y: Int, width: Int, height: Int, _ color: RGB) {
    let columns = max(0, x)..<max(0, x, min(self.width, x + width))
    let rows = max(0, y)..<max(0, y, min(self.height, y + height))
    let rowWidth = self.width
    pixels.withUnsafeMutableBufferPointer { pixels in
      for row in rows {
        for column in columns {
          let place = (row * rowWidth + column) * 3
          pixels[place] = color.red
          pixels[place + 1] = color.green
          pixels[place + 2] = color.blue
        }
      }
    }
  }

  /// A frame of one pixel around, and outside of, a rectangle.
  mutating func frame(x: Int, y: Int, width: Int, height: Int, _ color: RGB = .frame) {
    fill(x: x - 1, y: y - 1, width: width + 2, height: 1, color)
    fill(x: x - 1, y: y + height, width: width + 2, height: 1, color)
    fill(x: x - 1, y: y, width: 1, height: height, color)
    fill(x: x + width, y: y, width: 1, height: height, color)
  }

  /// A shape with soft edges that lets through what is behind it.
  /// - Parameters:
  ///   - x: the columns that the shape lies in.
  ///   - y: the rows.
  ///   - cover: how much of the pixel with its middle at (x, y) the shape covers, from 0 to 1 or beyond.
  mutating func shape(
    x: ClosedRange<Double>, y: ClosedRange<Double>, _ color: RGB, opacity: Double,
    cover: (_ x: Double, _ y: Double) -> Double
  ) {
    for row in max(0, Int(y.lowerBound - 1))..<max(0, min(height, Int(y.upperBound + 2))) {
      for column in max(0, Int(x.lowerBound - 1))..<max(0, min(width, Int(x.upperBound + 2))) {
        let share = min(1, max(0, cover(Double(column) + 0.5, Double(row) + 0.5))) * opacity
        if share > 0 { blend(row * width + column, color, share) }
      }
    }
  }

  private mutating func blend(_ pixel: Int, _ color: RGB, _ share: Double) {
    for (channel, value) in [color.red, color.green, color.blue].enumerated() {
      let old = Double(pixels[3 * pixel + channel])
      pixels[3 * pixel + channel] = UInt8((old + (Double(value) - old) * share).rounded())
    }
  }
}
