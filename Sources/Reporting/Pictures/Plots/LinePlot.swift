import Foundation
import PNG

/// Curves over one axis, in panels that have scales of their own.
public struct LinePlot: Sendable {
  /// A curve.
  public struct Series: Sendable, Equatable {
    /// What the legend calls it.
    public var name: String
    /// x and y, with x rising; what is not finite interrupts the curve.
    public var points: [(x: Double, y: Double)]
    /// Which colour and mark it has; nil takes its place among the panel's curves.
    public var style: Int?

    /// A curve.
    public init(_ name: String, _ points: [(x: Double, y: Double)], style: Int? = nil) {
      (self.name, self.points, self.style) = (name, points, style)
    }

    /// Whether names and points are equal.
    public static func == (a: Series, b: Series) -> Bool {
      a.name == b.name && a.style == b.style && a.points.elementsEqual(b.points) { $0 == $1 }
    }
  }

  /// Curves with axes.
  public struct Panel: Sendable, Equatable {
    /// What the values are.
    public var title: String
    /// The curves.
    public var series: [Series]

    /// A panel.
    public init(_ title: String, _ series: [Series]) { (self.title, self.series) = (title, series) }
  }

  /// From the upper left, row by row.
  public var panels: [Panel]
  /// What the horizontal axes are.
  public var xAxis: String
  /// A line above the plot.
  public var title: String?
  /// A line below it.
  public var note: String?

  /// A plot.
  public init(_ panels: [Panel], xAxis: String, title: String? = nil, note: String? = nil) {
    (self.panels, self.xAxis, self.title, self.note) = (panels, xAxis, title, note)
  }

  /// Pixels of a panel's plot, and between panels.
  private static let (width, height, gap, head) = (400, 220, 26, 26)

  /// Draws the plot as an RGB picture.
  public func render() -> PNGImage {
    let columns = panels.count > 1 ? 2 : 1
    let views = panels.map { CurveView($0, width: Self.width, height: Self.height) }
    // Panels of a column stand below each other, however long their numbers are.
    let numbers = (0..<columns).map { column in
      views.indices.filter { $0 % columns == column }.flatMap { views[$0].yTicks }
    }
    let frames = views.enumerated().map { place, view in
      PlotFrame(
        xAxis: xAxis, yAxis: nil, xTicks: view.xTicks, yTicks: view.yTicks,
        alignedWith: numbers[place % columns], width: Self.width, height: Self.height)
    }
    let widths = (0..<columns).map { column in
      stride(from: column, to: frames.count, by: columns).map { frames[$0].width }.max() ?? 0
    }
    let rows = (panels.count + columns - 1) / columns
    let pitch = Self.head + (frames.first?.height ?? 0)
    let sheet = Sheet(
      title: title, note: note, width: widths.reduce(0, +) + (columns - 1) * Self.gap,
      height: max(0, rows * pitch + (rows - 1) * Self.gap))
    var canvas = sheet.canvas()
    for (place, panel) in panels.enumerated() {
      let x = Sheet.margin + (place % columns == 0 ? 0 : widths[0] + Self.gap)
      let y = sheet.top + place / columns * (pitch + Self.gap)
      draw(panel, views[place], frames[place], x: x, y: y, on: &canvas)
    }
    return canvas.image
  }

  private func draw(
    _ panel: Panel, _ view: CurveView, _ frame: PlotFrame, x: Int, y: Int, on canvas: inout Canvas
  ) {
    let left = x + frame.left
    frame.draw(x: x, y: y + Self.head, on: &canvas)
    drawHead(panel, x: left, y: y, on: &canvas)
    for (place, series) in panel.series.enumerated() {
      let points = series.points.map { point in
        view.place(point).map { (x: Double(left) + $0.x, y: Double(y + Self.head) + $0.y) }
      }
      drawCurve(points, series.style ?? place, on: &canvas)
    }
  }

  private func drawCurve(
    _ points: [(x: Double, y: Double)?], _ place: Int, on canvas: inout Canvas
  ) {
    let color = Palette.color(place == 1 ? 3 : place)
    for (a, b) in zip(points, points.dropFirst()) {
      if let a, let b { canvas.line(from: a, to: b, width: 2, color) }
    }
    guard points.count <= 40 else { return }
    for case let point? in points {
      canvas.mark(Mark.of(place), x: point.x, y: point.y, radius: 3.5, color)
    }
  }

  /// The panel's name, and on the right those of its curves.
  private func drawHead(_ panel: Panel, x: Int, y: Int, on canvas: inout Canvas) {
    var right = x + Self.width
    for (index, series) in panel.series.enumerated().reversed() {
      let place = series.style ?? index
      let color = Palette.color(place == 1 ? 3 : place)
      let name = PictureText.shortened(series.name, to: 90, .small)
      right -= Font.small.width(of: name)
      canvas.text(name, x: right, y: y + 6, .small)
      canvas.mark(Mark.of(place), x: Double(right) - 9, y: Double(y) + 10.5, radius: 4.5, color)
      right -= 30
    }
    canvas.text(
      PictureText.shortened(panel.title, to: max(60, right - x), .small), x: x, y: y + 6, .small)
  }
}

/// Where the points of a panel lie. Values above zero that differ much have a logarithmic scale.
private struct CurveView {
  let width: Double
  let height: Double
  let isLogarithmic: Bool
  let xRange: ClosedRange<Double>
  let yRange: ClosedRange<Double>

  init(_ panel: LinePlot.Panel, width: Int, height: Int) {
    (self.width, self.height) = (Double(width), Double(height))
    let points = panel.series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    let values = points.map { Axis.clamped($0.y) }
    let (low, high) = (values.min() ?? 0, values.max() ?? 1)
    isLogarithmic = low > 0 && high / low > 30
    let places = points.map { Axis.clamped($0.x) }
    let (first, last) = (places.min() ?? 0, places.max() ?? 1)
    xRange =
      last - first > Axis.least(first, last)
      ? first...last : Axis.widened(first, last, by: first < last ? 0 : 0.5)
    yRange =
      isLogarithmic ? Self.widened(log10(low), log10(high)) : Self.widened(low, high)
  }

  private static func widened(_ low: Double, _ high: Double) -> ClosedRange<Double> {
    // A curve that never moves lies in the middle.
    let room = high > low ? (high - low) * 0.06 : low == 0 ? 1 : abs(low) * 0.05
    return Axis.widened(low, high, by: room)
  }

  func place(_ point: (x: Double, y: Double)) -> (x: Double, y: Double)? {
    guard point.x.isFinite, point.y.isFinite else { return nil }
    let y = Axis.clamped(point.y)
    return (across(Axis.clamped(point.x)), up(isLogarithmic ? log10(y) : y))
  }

  private func across(_ x: Double) -> Double {
    (x - xRange.lowerBound) / (xRange.upperBound - xRange.lowerBound) * width
  }

  private func up(_ y: Double) -> Double {
    (yRange.upperBound - y) / (yRange.upperBound - yRange.lowerBound) * height
  }

  var xTicks: [PlotFrame.Tick] {
    let axis = Axis(xRange)
    return axis.ticks.map { .init(place: Int(across($0)), text: axis.text($0)) }
  }

  var yTicks: [PlotFrame.Tick] {
    guard isLogarithmic else {
      let axis = Axis(yRange)
      return axis.ticks.map { .init(place: Int(up($0)), text: axis.text($0)) }
    }
    let powers = Int(yRange.lowerBound.rounded(.down))...Int(yRange.upperBound.rounded(.up))
    let few = yRange.upperBound - yRange.lowerBound < 3
    let values = powers.flatMap { power in
      (few ? [1.0, 2, 5] : [1]).map { $0 * pow(10, Double(power)) }
    }
    return values.filter { yRange.contains(log10($0)) }.map {
      .init(place: Int(up(log10($0))), text: Axis.short($0))
    }
  }
}
