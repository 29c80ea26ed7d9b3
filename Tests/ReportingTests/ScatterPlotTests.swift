import PNG
import Testing

@testable import Reporting

@Suite("Scatter plots")
struct ScatterPlotTests {
  @Test("round numbers along an axis")
  func ticks() {
    #expect(Axis(-1.2...1.3).ticks == [-1, -0.5, 0, 0.5, 1])
    #expect(Axis(0...100).ticks == [0, 20, 40, 60, 80, 100])
    #expect(Axis(-83...71).ticks == [-50, 0, 50])
    #expect(Axis(-83...71).text(-50) == "-50" && Axis(-83...71).text(-0.0) == "0")
    #expect(Axis(0.001...0.0042).text(0.002) == "0.002")
  }

  @Test("points stand where their coordinates say, in the colours of their classes")
  func places() {
    let image = ScatterPlot([0, 0, 10, 10, 0, 10, 10, 0], labels: [4, 7, 4, -1]).render()
    func color(_ x: Int, _ y: Int) -> [UInt8] {
      let place = (y * image.width + x) * 3
      return Array(image.pixels[place..<place + 3])
    }
    // The plot is 840 pixels from (70, 24) on, and 6 % wider than the points.
    let (near, far) = (840 * 3 / 106, 840 * 103 / 106)
    let blue = color(70 + near, 24 + far)
    #expect(blue[2] > blue[0] && blue[2] > 150, "class 4, lower left")
    #expect(color(70 + near, 24 + near) == blue, "class 4, upper left")
    let orange = color(70 + far, 24 + near)
    #expect(orange[0] > orange[2] && orange[0] > 200, "class 7, upper right")
    let gray = color(70 + far, 24 + far)
    #expect(abs(Int(gray[0]) - Int(gray[2])) < 30, "none, lower right")
  }

  @Test("no points, one point, and more classes than colours are drawn")
  func extremes() {
    let empty = ScatterPlot([]).render()
    #expect(empty.width == 840 + 70 + 24)
    #expect(ScatterPlot([3, 3], title: "one").render().height > empty.height)
    let many = ScatterPlot(
      (0..<60).map { Double($0) }, labels: (0..<30).map { Int32($0) }, note: "many")
    #expect(many.render().width > empty.width)
  }
}
