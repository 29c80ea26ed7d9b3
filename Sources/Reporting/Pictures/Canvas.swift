import PNG

/// One colour, 8 bits a channel.
struct RGB: Equatable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  static let white = RGB(red: 255, green: 255, blue: 255)
  /// Text: dark, but not as hard as black.
  static let ink = RGB(red: 38, green: 43, blue: 51)
  /// Frames of tiles: they hold a white tile together without drawing the eye.
  static let frame = RGB(red: 200, green: 204, blue: 211)
  /// Where a tile has no value.
  static let nothing = RGB(red: 232, green: 234, blue: 238)
  /// Lines behind points.
  static let grid = RGB(red: 236, green: 238, blue: 241)
  /// Text that may be overlooked.
  static let faint = RGB(red: 120, green: 126, blue: 136)
  /// Where a value is NaN: a colour that no scale has.
  static let invalid = RGB(red: 255, green: 0, blue: 200)
}

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
    for row in max(0, y)..<max(0, y, min(self.height, y + height)) {
      for column in max(0, x)..<max(0, x, min(self.width, x + width)) {
        let place = (row * self.width + column) * 3
        pixels[place] = color.red
        pixels[place + 1] = color.green
        pixels[place + 2] = color.blue
      }
    }
  }

  /// A frame of one pixel around, and outside of, a rectangle.
  mutating func frame(x: Int, y: Int, width: Int, height: Int) {
    fill(x: x - 1, y: y - 1, width: width + 2, height: 1, .frame)
    fill(x: x - 1, y: y + height, width: width + 2, height: 1, .frame)
    fill(x: x - 1, y: y, width: 1, height: height, .frame)
    fill(x: x + width, y: y, width: 1, height: height, .frame)
  }

  /// A disc with soft edges that lets through what is behind it.
  mutating func disc(x: Double, y: Double, radius: Double, _ color: RGB, opacity: Double) {
    for row in max(0, Int(y - radius - 1))..<max(0, min(height, Int(y + radius + 2))) {
      for column in max(0, Int(x - radius - 1))..<max(0, min(width, Int(x + radius + 2))) {
        let (dx, dy) = (Double(column) + 0.5 - x, Double(row) + 0.5 - y)
        let cover = min(1, max(0, radius + 0.5 - (dx * dx + dy * dy).squareRoot())) * opacity
        if cover > 0 { blend(row * width + column, color, cover) }
      }
    }
  }

  private mutating func blend(_ pixel: Int, _ color: RGB, _ share: Double) {
    for (channel, value) in [color.red, color.green, color.blue].enumerated() {
      let old = Double(pixels[3 * pixel + channel])
      pixels[3 * pixel + channel] = UInt8((old + (Double(value) - old) * share).rounded())
    }
  }

  /// Text whose upper left corner is at (x, y), each dot of the font `scale` pixels wide.
  mutating func text(_ text: String, x: Int, y: Int, scale: Int, _ color: RGB = .ink) {
    for (index, character) in text.enumerated() {
      let left = x + index * Font.advance * scale
      let top = y + Font.descent(of: character) * scale
      for (row, bits) in Font.rows(of: character).enumerated() {
        for column in 0..<Font.width where bits & (16 >> column) != 0 {
          fill(x: left + column * scale, y: top + row * scale, width: scale, height: scale, color)
        }
      }
    }
  }
}
