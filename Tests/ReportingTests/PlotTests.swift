import PNG
import Testing

@testable import Reporting

/// A picture's pixels.
struct Pixels {
  let image: PNGImage
  subscript(_ x: Int, _ y: Int) -> RGB {
    let place = (y * image.width + x) * 3
    return RGB(
      red: image.pixels[place], green: image.pixels[place + 1], blue: image.pixels[place + 2])
  }

  /// The FNV-1a hash of size and samples: pictures are the same on every machine.
  var hash: UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    let size = [image.width, image.height].flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    for byte in size + image.pixels { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash
  }
}

@Suite("Plots")
struct PlotTests {
  @Test("a cell's colour is its share of its row, and its number is in it")
  func matrix() throws {
    let names = ["a", "b"]
    let plot = MatrixPlot(
      [[8, 2], [0, 0]], rows: names, columns: names, rowAxis: "true class",
      columnAxis: "predicted class")
    let pixels = Pixels(image: plot.render())
    let image = pixels.image
    let found = (0..<image.height).flatMap { y in (0..<image.width).map { pixels[$0, y] } }
    #expect(found.contains(Sequential.color(0.8)) && found.contains(Sequential.color(0.2)))
    let dark = found.indices.filter { found[$0] == Sequential.color(0.8) }
    #expect(dark.count > 34 * 34 / 2, "the cell of 8")
    #expect(Sequential.color(0) == .white && Sequential.color(1) == Diverging.color(-1))
    #expect(Sequential.color(0.8).isDark && !Sequential.color(0.2).isDark)
  }

  @Test("a hundred classes and numbers of seven digits fit")
  func largeMatrix() {
    let names = (0..<100).map { "class \($0)" }
    let values = names.indices.map { row in names.indices.map { $0 == row ? 1_234_567 : 0 } }
    let image = MatrixPlot(
      values, rows: names, columns: names, rowAxis: "true class", columnAxis: "predicted class"
    ).render()
    #expect(image.width < 1700 && image.height < 1700)
  }

  @Test("curves: no point, one, numbers that are not finite, and magnitudes apart")
  func curves() {
    let series = [
      LinePlot.Series("none", []), LinePlot.Series("one", [(1, 2)]),
      LinePlot.Series("broken", [(1, 2), (2, .nan), (3, .infinity), (4, 5)]),
      LinePlot.Series("steep", (1...50).map { (Double($0), 1e6 / Double($0 * $0)) }),
    ]
    let empty = LinePlot([], xAxis: "epoch", title: "Nothing").render()
    let image = LinePlot(
      series.map { LinePlot.Panel($0.name, [$0]) }, xAxis: "epoch", title: "All"
    ).render()
    #expect(image.width > 2 * 400 && image.height > 2 * 220 && empty.width > 0)
    let pixels = Pixels(image: image)
    let count = (0..<image.height).reduce(0) { sum, y in
      sum + (0..<image.width).count { pixels[$0, y] == Palette.color(0) }
    }
    #expect(count > 300)
  }

  @Test("gaps between tiles and frames are even, measured in the picture")
  func spacing() {
    var grid = ImageGrid(
      Tiles([Float](repeating: 1, count: 12 * 25), count: 12, height: 5, width: 5), columns: 4,
      title: "σ ± −3 … 3")
    (grid.rowAxis, grid.columnAxis) = ("rows", "columns")
    grid.rowLabels = ["1", "5", "9"]
    let (layout, pixels) = (grid.layout(), Pixels(image: grid.render()))
    let y = layout.top + layout.tileHeight / 2
    let frames = (layout.left - 1..<pixels.image.width).filter { pixels[$0, y] == .frame }
    let steps = zip(frames, frames.dropFirst()).map { $1 - $0 }
    #expect(frames.count == 8)
    #expect(
      Set(steps.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)) == [layout.tileWidth + 1]
    )
    #expect(
      Set(steps.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)) == [layout.gap - 1])
  }

  @Test("gray data has a bar from black to white, with the ends of its scale")
  func grayBar() {
    var grid = ImageGrid(
      Tiles([-2.5, 0, 4], count: 3, height: 1, width: 1), scale: .gray(-2.5...4))
    grid.barTitle = "value in the file"
    let (layout, pixels) = (grid.layout(), Pixels(image: grid.render()))
    let x = layout.left + layout.gridWidth + ColorBar.gap
    #expect(pixels[x, layout.top] == .gray(255))
    #expect(pixels[x, layout.top + layout.barHeight - 1] == .gray(0))
    #expect(grid.barLabels().map(\.text) == ["4", "0.75", "−2.5"])
    #expect(!ImageGrid(Tiles([0, 1], count: 2, height: 1, width: 1)).hasColorBar)
  }

  @Test("a scale that leaves values out says so, and values that are no numbers are explained")
  func barLimits() {
    var values = (0..<1000).map { Float($0 % 2 == 0 ? 1 : -1) * Float($0) / 1000 }
    values[3] = 50
    var grid = ImageGrid(Tiles(values, count: 10, height: 10, width: 10), scale: .signed(.overall))
    #expect(grid.barLabels().first?.text.hasPrefix("≥ +") == true)
    #expect(grid.barLabels().last?.text.hasPrefix("≤ −") == true)
    #expect(!grid.hasInvalid)
    let before = grid.layout().height
    values[7] = .nan
    grid.tiles = Tiles(values, count: 10, height: 10, width: 10)
    #expect(grid.hasInvalid && grid.layout().height >= before)
  }

  @Test("long titles are broken into lines and nothing touches the edge")
  func titles() {
    let title = String(repeating: "a long title of a small picture ", count: 12)
    let grid = ImageGrid(
      Tiles([0, 1], count: 2, height: 1, width: 1), title: title)
    let pixels = Pixels(image: grid.render())
    let (width, height) = (pixels.image.width, pixels.image.height)
    #expect(width < 700 && height > 150)
    for y in 0..<height {
      for x in 0..<width where x < Sheet.margin || x >= width - Sheet.margin + 2 {
        #expect(pixels[x, y] != .ink)
      }
    }
  }

  /// Whoever changes the style looks at the pictures of Documentation/images/make, and then renews these.
  @Test("small pictures are as they were")
  func golden() {
    var grid = ImageGrid(
      Tiles([-1, 0, 0.5, .nan, 1, -0.25, 0, 0], count: 2, height: 2, width: 2),
      scale: .signed(.fixed(1)), title: "Weights σ")
    (grid.rowLabels, grid.note, grid.barTitle) = (["1"], "epoch 1", "weight")
    #expect(Pixels(image: grid.render()).hash == 6458317579969007379)
    let matrix = MatrixPlot(
      [[8, 2], [1, 9]], rows: ["a", "b"], columns: ["a", "b"], rowAxis: "true class",
      columnAxis: "predicted class", title: "Classes")
    #expect(Pixels(image: matrix.render()).hash == 17153525662096975378)
    var scatter = ScatterPlot([0, 0, 1, 2, 3, 1], labels: [0, 1, 2], title: "Codes")
    scatter.side = 80
    #expect(Pixels(image: scatter.render()).hash == 18188399798349080557)
  }
}
