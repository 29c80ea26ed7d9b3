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
    #expect(Axis(-83...71).text(-50) == "−50" && Axis(-83...71).text(-0.0) == "0")
    #expect(Axis(0.001...0.0042).text(0.002) == "0.002")
  }

  @Test("points stand where their coordinates say, in the colours of their classes")
  func places() {
    let positions: [Double] = [0, 0, 10, 10, 0, 10, 10, 0]
    let image = ScatterPlot(positions, labels: [4, 7, 4, -1]).render()
    let view = PlaneView(positions, side: 700)
    let frame = PlotFrame(
      xAxis: nil, yAxis: nil, xTicks: view.xTicks, yTicks: view.yTicks, width: 700, height: 700)
    func color(_ x: Double, _ y: Double) -> [UInt8] {
      let column = Sheet.margin + frame.left + Int(view.x(x))
      let row = Sheet.margin + Int(view.y(y))
      let place = (row * image.width + column) * 3
      return Array(image.pixels[place..<place + 3])
    }
    let blue = color(0, 0)
    #expect(blue[2] > blue[0] && blue[2] > 150, "class 4, lower left")
    #expect(color(0, 10) == blue, "class 4, upper left")
    let orange = color(10, 10)
    #expect(orange[0] > orange[2] && orange[0] > 200, "class 7, upper right")
    let gray = color(10, 0)
    #expect(gray[0] == gray[2] && gray[0] < 230, "none, lower right")
  }

  @Test("a unit is as long across as up")
  func aspect() {
    let view = PlaneView([0, 0, 10, 1], side: 700)
    #expect(abs((view.x(3) - view.x(2)) - (view.y(0) - view.y(1))) < 1e-9)
  }

  @Test("no points, one point, and more classes than marks are drawn")
  func extremes() {
    let empty = ScatterPlot([]).render()
    #expect(empty.width >= 700 + 2 * Sheet.margin)
    #expect(ScatterPlot([3, 3], title: "one").render().height > empty.height)
    let many = ScatterPlot(
      (0..<120).map { Double($0) }, labels: (0..<60).map { Int32($0) }, note: "many")
    #expect(many.render().width > empty.width)
  }

  @Test(
    "numbers that hardly differ, and any others, are drawn",
    arguments: [
      [1, 1 + 1e-15], [1, 1 + 1e-25], [1e300, 1e300.nextUp], [1e300, -1e300], [1e16, 1e16 + 2],
      [-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude], [0, .leastNonzeroMagnitude],
      [.leastNormalMagnitude / 8, 1e-300],
      [.greatestFiniteMagnitude, .greatestFiniteMagnitude],
    ] as [[Double]])
  func magnitudes(values: [Double]) {
    for positions in [
      values + values, [values[0], 0, values[1], 0], [0, values[0], 0, values[1]],
    ] {
      let view = PlaneView(positions, side: 700)
      for place in stride(from: 0, to: positions.count, by: 2) {
        #expect((0...700).contains(view.x(positions[place])))
        #expect((0...700).contains(view.y(positions[place + 1])))
      }
      #expect(ScatterPlot(positions).render().height > 700)
    }
    let points = [(values[0], values[1]), (values[1], values[0]), (.nan, 1), (1, -.infinity)]
    let one = LinePlot([.init("a", [.init("b", points)])], xAxis: "x")
    let alike = LinePlot([.init("a", [.init("b", values.map { (1, $0) })])], xAxis: "x")
    #expect(one.render().height > 220 && alike.render().height > 220)
  }

  @Test("where numbers cannot tell places apart, an axis has none")
  func noTicks() {
    #expect(Axis(1...1).ticks.isEmpty && Axis(1...1.0.nextUp).ticks.isEmpty)
    #expect(Axis(-.infinity ... .infinity).ticks.isEmpty && Axis(0 ... .infinity).ticks.isEmpty)
    #expect(
      Axis(0...Double.leastNonzeroMagnitude).ticks.isEmpty && Axis(-1e300...1e300).ticks.count >= 3)
  }

  @Test("the legend has the names of classes, and fits beside the plot")
  func legend() {
    let labels = (0..<60).map { Int32($0) } + [-1]
    let legend = Legend(labels, names: ["", "b", "c"], height: 700)
    #expect(legend.entries.prefix(3).map(\.name) == ["0", "b", "c"])
    #expect(legend.entries.count <= 35 && legend.entries.last?.name == "no class")
    #expect(legend.entries.contains { $0.name == "and 27 more" }, "\(legend.entries.map(\.name))")
    let marks = (0..<40).map { place in
      "\(Mark.of(place)) \(Palette.color(place))"
    }
    #expect(Set(marks).count == 40, "colour and mark tell forty classes apart")
  }

  @Test(
    "hostile names of classes neither break nor widen a picture without end",
    arguments: [
      String(repeating: "very long ", count: 500), "<script>alert(1)</script>", "a\nb\0c\u{202E}d",
      "Größe Σ 猫 😀 e\u{301}", "",
    ])
  func hostile(name: String) {
    var plot = ScatterPlot([0, 0, 1, 1, 2, 0], labels: [0, 1, 1])
    plot.classNames = [name, name]
    #expect(plot.render().width < 1100)
    let matrix = MatrixPlot(
      [[1, 2], [3, 4]], rows: [name, "b"], columns: [name, "b"], rowAxis: "true class",
      columnAxis: "predicted class"
    ).render()
    #expect(matrix.width < 500 && matrix.height < 500)
  }
}
