import PNG

/// Points in the plane, coloured by class, with axes of one scale and a legend.
public struct ScatterPlot: Sendable {
  /// The coordinates, [N, 2].
  public var positions: [Double]
  /// The class of each point, [N]; negative ones have none. Empty without classes.
  public var labels: [Int32]
  /// A line above the plot. ASCII; other characters appear as question marks.
  public var title: String?
  /// A line below the plot.
  public var note: String?
  /// Pixels a side of the plot.
  public var side = 840

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
    let classes = Classes(labels)
    let left = 70
    let top = title == nil ? 24 : 58
    let legend = classes.names.isEmpty ? 24 : 40 + classes.width
    var canvas = Canvas(
      width: left + side + legend, height: top + side + (note == nil ? 44 : 70))
    let view = View(positions, side: side, left: left, top: top)
    drawAxes(view, on: &canvas)
    drawPoints(view, classes, on: &canvas)
    drawLegend(classes, x: left + side + 24, y: top, on: &canvas)
    if let title { canvas.text(title, x: left, y: 20, scale: 3) }
    if let note { canvas.text(note, x: left, y: top + side + 44, scale: 2, .faint) }
    return canvas.image
  }

  private func drawAxes(_ view: View, on canvas: inout Canvas) {
    for tick in Axis(view.xRange).ticks {
      canvas.fill(x: view.x(tick), y: view.top, width: 1, height: side, .grid)
    }
    for tick in Axis(view.yRange).ticks {
      canvas.fill(x: view.left, y: view.y(tick), width: side, height: 1, .grid)
    }
    canvas.frame(x: view.left, y: view.top, width: side, height: side)
    let (across, up) = (Axis(view.xRange), Axis(view.yRange))
    for tick in across.ticks {
      let text = across.text(tick)
      canvas.text(
        text, x: view.x(tick) - Font.width(of: text), y: view.top + side + 12, scale: 2)
    }
    for tick in up.ticks {
      let text = up.text(tick)
      canvas.text(
        text, x: view.left - 12 - 2 * Font.width(of: text), y: view.y(tick) - Font.height, scale: 2)
    }
  }

  private func drawPoints(_ view: View, _ classes: Classes, on canvas: inout Canvas) {
    let count = positions.count / 2
    let radius = count <= 1000 ? 4.5 : count <= 4000 ? 3.2 : count <= 16000 ? 2.4 : 1.6
    // In an order that mixes classes, should they lie one behind the other: none hides another.
    let step = Self.stride(count)
    for place in 0..<count {
      let point = place * step % count
      let label = labels.isEmpty ? 0 : labels[point]
      canvas.disc(
        x: view.exactX(positions[2 * point]), y: view.exactY(positions[2 * point + 1]),
        radius: radius, classes.color(label), opacity: 0.75)
    }
  }

  /// A number near the golden section of `count` that has no divisor in common with it.
  private static func stride(_ count: Int) -> Int {
    func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
    var step = max(1, Int(Double(count) * 0.618))
    while divisor(step, max(count, 1)) > 1 { step += 1 }
    return step
  }

  private func drawLegend(_ classes: Classes, x: Int, y: Int, on canvas: inout Canvas) {
    for (row, entry) in classes.entries.enumerated() {
      let top = y + row * 26
      if let color = entry.color {
        canvas.disc(
          x: Double(x) + 8, y: Double(top) + 9, radius: 7, color, opacity: 1)
      }
      canvas.text(entry.name, x: x + (entry.color == nil ? 0 : 26), y: top + 2, scale: 2)
    }
  }
}

/// The part of the plane that is seen: square, with some room around the points.
private struct View {
  let side: Int
  let left: Int
  let top: Int
  let xRange: ClosedRange<Double>
  let yRange: ClosedRange<Double>

  init(_ positions: [Double], side: Int, left: Int, top: Int) {
    (self.side, self.left, self.top) = (side, left, top)
    func ends(_ axis: Int) -> (middle: Double, span: Double) {
      let values = stride(from: axis, to: positions.count, by: 2).map { positions[$0] }
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      return ((low + high) / 2, high - low)
    }
    let (across, up) = (ends(0), ends(1))
    let span = max(across.span, up.span)
    let half = span > 0 ? span * 0.53 : 1
    xRange = across.middle - half...across.middle + half
    yRange = up.middle - half...up.middle + half
  }

  func exactX(_ value: Double) -> Double {
    Double(left)
      + (value - xRange.lowerBound) / (xRange.upperBound - xRange.lowerBound) * Double(side)
  }

  /// Upwards.
  func exactY(_ value: Double) -> Double {
    Double(top)
      + (yRange.upperBound - value) / (yRange.upperBound - yRange.lowerBound) * Double(side)
  }

  func x(_ value: Double) -> Int { Int(exactX(value)) }
  func y(_ value: Double) -> Int { Int(exactY(value)) }
}

/// The classes that occur, and their colours.
private struct Classes {
  /// Rising.
  let names: [Int32]
  let hasNone: Bool

  init(_ labels: [Int32]) {
    names = Set(labels.filter { $0 >= 0 }).sorted()
    hasNone = !names.isEmpty && labels.contains { $0 < 0 }
    places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset) })
  }

  private let places: [Int32: Int]

  func color(_ label: Int32) -> RGB {
    names.isEmpty ? Palette.color(0) : places[label].map { Palette.color($0) } ?? .frame
  }

  /// What the legend says: with more classes than colours, that there are more.
  var entries: [(name: String, color: RGB?)] {
    var entries: [(String, RGB?)] = names.prefix(Palette.count).map { ("\($0)", color($0)) }
    if names.count > Palette.count {
      entries.append(("and \(names.count - Palette.count) more", nil))
    }
    if hasNone { entries.append(("none", .frame)) }
    return entries
  }

  /// Pixels that the longest text takes.
  var width: Int { 26 + 2 * (entries.map { Font.width(of: $0.name) }.max() ?? 0) }
}
