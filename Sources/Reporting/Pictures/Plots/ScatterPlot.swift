import PNG

/// Points in the plane, told apart by class through colour and mark, with axes of one scale and a legend.
public struct ScatterPlot: Sendable {
  /// The coordinates, [N, 2].
  public var positions: [Double]
  /// The class of each point, [N]; negative ones have none. Empty without classes.
  public var labels: [Int32]
  /// The names of classes by their numbers; a number without a name stands for itself.
  public var classNames: [String] = []
  /// A line above the plot.
  public var title: String?
  /// A line below the plot.
  public var note: String?
  /// What the horizontal axis is.
  public var xAxis: String?
  /// What the vertical axis is.
  public var yAxis: String?
  /// Pixels a side of the plot.
  public var side = 700

  /// A plot. Other numbers of labels than points, or none, trap, and so do coordinates that are not
  /// finite.
  public init(
    _ positions: [Double], labels: [Int32] = [], title: String? = nil, note: String? = nil
  ) {
    precondition(positions.count % 2 == 0, "two coordinates a point")
    precondition(labels.isEmpty || 2 * labels.count == positions.count, "a label a point")
    precondition(positions.allSatisfy(\.isFinite), "coordinates are finite")
    (self.positions, self.labels, self.title, self.note) = (positions, labels, title, note)
  }

  /// Draws the plot as an RGB picture.
  public func render() -> PNGImage {
    let legend = Legend(labels, names: classNames, height: side)
    let view = PlaneView(positions, side: side)
    let frame = PlotFrame(
      xAxis: xAxis, yAxis: yAxis, xTicks: view.xTicks, yTicks: view.yTicks, width: side,
      height: side)
    let sheet = Sheet(
      title: title, note: note,
      width: frame.width + (legend.entries.isEmpty ? 0 : Legend.gap + legend.width),
      height: frame.height)
    var canvas = sheet.canvas()
    frame.draw(x: Sheet.margin, y: sheet.top, on: &canvas)
    let (left, top) = (Sheet.margin + frame.left, sheet.top)
    drawPoints(view, legend, left: left, top: top, on: &canvas)
    legend.draw(x: Sheet.margin + frame.width + Legend.gap, y: top, on: &canvas)
    return canvas.image
  }

  private func drawPoints(
    _ view: PlaneView, _ legend: Legend, left: Int, top: Int, on canvas: inout Canvas
  ) {
    let count = positions.count / 2
    let radius = count <= 1000 ? 4.5 : count <= 4000 ? 3.4 : count <= 16000 ? 2.6 : 1.8
    // In an order that mixes classes, should they lie one behind the other: none hides another.
    let step = Self.stride(count)
    for place in 0..<count {
      let point = place * step % count
      let (mark, color) = legend.mark(labels.isEmpty ? 0 : labels[point])
      canvas.mark(
        mark, x: Double(left) + view.x(positions[2 * point]),
        y: Double(top) + view.y(positions[2 * point + 1]), radius: radius, color, opacity: 0.8)
    }
  }

  /// A number near the golden section of `count` that has no divisor in common with it.
  private static func stride(_ count: Int) -> Int {
    func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
    var step = max(1, Int(Double(count) * 0.618))
    while divisor(step, max(count, 1)) > 1 { step += 1 }
    return step
  }
}

/// The part of the plane that is seen: square, with some room around the points; a unit is as long across as
/// up.
struct PlaneView {
  private let side: Double
  private let xRange: ClosedRange<Double>
  private let yRange: ClosedRange<Double>

  init(_ positions: [Double], side: Int) {
    self.side = Double(side)
    func ends(_ axis: Int) -> (middle: Double, span: Double) {
      let values = stride(from: axis, to: positions.count, by: 2).map {
        Axis.clamped(positions[$0])
      }
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      return ((low + high) / 2, high - low)
    }
    let (across, up) = (ends(0), ends(1))
    let span = max(across.span, up.span)
    let half = max(span > 0 ? span * 0.53 : 1, Axis.least(across.middle, up.middle))
    xRange = Axis.widened(across.middle, across.middle, by: half)
    yRange = Axis.widened(up.middle, up.middle, by: half)
  }

  /// Pixels from the left edge.
  func x(_ value: Double) -> Double {
    (Axis.clamped(value) - xRange.lowerBound) / (xRange.upperBound - xRange.lowerBound) * side
  }

  /// Pixels from the upper edge: values rise upwards.
  func y(_ value: Double) -> Double {
    (yRange.upperBound - Axis.clamped(value)) / (yRange.upperBound - yRange.lowerBound) * side
  }

  var xTicks: [PlotFrame.Tick] {
    let axis = Axis(xRange)
    return axis.ticks.map { .init(place: Int(x($0)), text: axis.text($0)) }
  }

  var yTicks: [PlotFrame.Tick] {
    let axis = Axis(yRange)
    return axis.ticks.map { .init(place: Int(y($0)), text: axis.text($0)) }
  }
}
