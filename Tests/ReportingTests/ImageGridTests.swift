import PNG
import Testing

@testable import Reporting

@Suite("Image grids")
struct ImageGridTests {
  private func pixel(_ image: PNGImage, _ x: Int, _ y: Int) -> RGB {
    let place = (y * image.width + x) * 3
    return RGB(
      red: image.pixels[place], green: image.pixels[place + 1], blue: image.pixels[place + 2])
  }

  private func gray(_ level: UInt8) -> RGB { RGB(red: level, green: level, blue: level) }

  @Test("every pixel of every tile stands where the layout says, with frames and even gaps")
  func geometry() {
    let values = (0..<5 * 6).map { Float($0) / 30 }
    var grid = ImageGrid(Tiles(values, count: 5, height: 2, width: 3), columns: 2)
    grid.magnification = 4
    let image = grid.render()
    // Tiles of 12x8 pixels, 4 between them, 18 around: 2 columns and 3 rows.
    #expect(image.width == 18 + 12 + 4 + 12 + 18)
    #expect(image.height == 18 + 8 + 4 + 8 + 4 + 8 + 18)
    for tile in 0..<5 {
      for place in 0..<6 {
        let x = 18 + tile % 2 * 16 + place % 3 * 4
        let y = 18 + tile / 2 * 12 + place / 3 * 4
        let level = UInt8((values[tile * 6 + place] * 255).rounded())
        for (dx, dy) in [(0, 0), (3, 0), (0, 3), (3, 3)] {
          #expect(pixel(image, x + dx, y + dy) == gray(level))
        }
      }
    }
    #expect(pixel(image, 17, 20) == .frame)
    #expect(pixel(image, 30, 20) == .frame)
    #expect(pixel(image, 31, 20) == .white)
    #expect(pixel(image, 36, 44) == .white, "the sixth place is empty")
  }

  @Test("colours of three channels stay in their order")
  func colors() {
    let tiles = Tiles([1, 0, 0.5], count: 1, channels: 3, height: 1, width: 1)
    let image = ImageGrid(tiles).render()
    #expect(pixel(image, 18, 18) == RGB(red: 255, green: 0, blue: 128))
  }

  @Test("signed colours: blue, white, red, with a bar beside them")
  func signed() {
    let tiles = Tiles([-3, 0, 3, 1.5], count: 4, height: 1, width: 1)
    var grid = ImageGrid(tiles, columns: 4, scale: .signed(.fixed(3)))
    grid.magnification = 10
    let (image, layout) = (grid.render(), grid.layout())
    #expect(pixel(image, 18, 18) == Diverging.color(-1))
    #expect(pixel(image, 18 + 14, 18) == .white)
    #expect(pixel(image, 18 + 28, 18) == Diverging.color(1))
    #expect(pixel(image, 18 + 42, 18) == Diverging.color(0.5))
    let bar = layout.left + layout.gridWidth + ColorBar.gap
    #expect(pixel(image, bar, layout.top) == Diverging.color(1))
    #expect(pixel(image, bar, layout.top + layout.barHeight - 1) == Diverging.color(-1))
    #expect(grid.barLabels().map(\.text) == ["+3", "+1.5", "0", "−1.5", "−3"])
    let middle = pixel(image, bar, layout.top + layout.barHeight / 2)
    // An even number of rows has no middle one.
    let neutral = [-1, 0, 1].map { Diverging.color($0 / Diverging.steps) }
    #expect(neutral.contains(middle), "zero is neutral")
  }

  @Test("each tile may have its own limit")
  func perTile() {
    let tiles = Tiles([0.1, -0.1, 5, -5], count: 2, height: 1, width: 2)
    var grid = ImageGrid(tiles, columns: 2, scale: .signed(.perTile))
    grid.magnification = 1
    let image = grid.render()
    #expect(pixel(image, 18, 18) == Diverging.color(1))
    #expect(pixel(image, 19, 18) == Diverging.color(-1))
    #expect(pixel(image, 18 + 2 + 4, 18) == Diverging.color(1))
    #expect(grid.barLabels().map(\.text) == ["+max", "0", "−max"])
  }

  @Test("NaN is seen, and what a vector does not fill is not taken for a value")
  func invalid() {
    let tiles = Tiles(vectors: [0, .nan, 1, 0, 0.5], count: 1, length: 5)
    #expect((tiles.height, tiles.width) == (2, 3))
    var grid = ImageGrid(tiles)
    grid.magnification = 1
    let image = grid.render()
    #expect(pixel(image, 19, 18) == .invalid)
    #expect(pixel(image, 19, 19) == gray(128))
    #expect(pixel(image, 20, 19) == .nothing)
  }

  @Test(
    "vectors become near-square tiles",
    arguments: [
      (1, 1, 1), (2, 1, 2), (5, 2, 3), (50, 5, 10), (784, 28, 28), (500, 20, 25), (13, 4, 4),
    ])
  func vectors(length: Int, height: Int, width: Int) {
    #expect(Tiles.square(length) == (height, width))
  }

  @Test("columns are near-square, and fill their rows if they can")
  func columns() {
    func columns(_ count: Int, _ height: Int, _ width: Int) -> Int {
      let values = [Float](repeating: 0, count: count * height * width)
      return ImageGrid(Tiles(values, count: count, height: height, width: width)).columns
    }
    #expect(columns(100, 4, 4) == 10)
    #expect(columns(500, 2, 2) == 25)
    #expect(columns(32, 2, 2) == 8)
    #expect(columns(7, 2, 2) == 3)
    #expect(columns(16, 4, 1) == 8)
    #expect(columns(1, 2, 2) == 1)
  }

  @Test(
    "the whole is 600 to 1200 pixels wide where the tiles allow it", arguments: [9, 64, 100, 500])
  func width(count: Int) {
    let tiles = Tiles(
      [Float](repeating: 0, count: count * 784), count: count, height: 28, width: 28)
    for scale in [ColorScale.unit, .signed(.overall)] {
      #expect((600...1200).contains(ImageGrid(tiles, scale: scale).layout().width))
    }
  }

  @Test("originals stand above their reconstructions, in groups of rows")
  func pairs() {
    let originals = Tiles([0.1, 0.2, 0.3], count: 3, height: 1, width: 1)
    let reconstructions = Tiles([0.4, 0.5, 0.6], count: 3, height: 1, width: 1)
    var grid = ImageGrid.rows(of: (originals, reconstructions), columns: 2)
    #expect(grid.slots == [0, 1, 3, 4, 2, nil, 5, nil])
    #expect(grid.rowLabels == ["original", "model", "original", "model"])
    grid.magnification = 10
    let layout = grid.layout()
    let tops = (0..<4).map { layout.corner(row: $0, column: 0).y - layout.top }
    #expect(tops == [0, 14, 36, 50])
    let image = grid.render()
    #expect(pixel(image, layout.left, layout.top + 50) == gray(153))
  }

  @Test("title and labels are drawn outside of the tiles, and nothing is cut off")
  func labels() {
    let tiles = Tiles([Float](repeating: 1, count: 4), count: 4, height: 1, width: 1)
    var grid = ImageGrid(tiles, columns: 2, title: "A long title above a small picture")
    grid.magnification = 30
    grid.rowLabels = ["a", "b"]
    grid.columnLabels = ["0", "1"]
    let (layout, image) = (grid.layout(), grid.render())
    let ink = (0..<image.height).flatMap { y in
      (0..<image.width).filter { pixel(image, $0, y) == .ink }.map { (x: $0, y: y) }
    }
    #expect(ink.contains { $0.y < layout.top && $0.x > layout.left })
    #expect(layout.left > Sheet.margin && layout.top > Sheet.margin)
    #expect(ink.contains { $0.y > layout.top && $0.x < layout.left })
    #expect(!ink.contains { $0.x >= layout.left && $0.y >= layout.top })
    let edge = Sheet.margin
    #expect(ink.allSatisfy { $0.x >= edge && $0.x < image.width - edge && $0.y >= edge })
    #expect(ink.map(\.x).max()! > layout.left + layout.gridWidth, "the title is wider")
  }

  @Test("no tiles make a picture that can be written")
  func empty() {
    let image = ImageGrid(Tiles([], count: 0, height: 2, width: 2), scale: .signed(.overall))
      .render()
    #expect(image.width > 0 && image.height > 0)
  }
}
