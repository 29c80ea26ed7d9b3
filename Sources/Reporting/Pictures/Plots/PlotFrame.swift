/// The frame of a plot: lines behind it, numbers at the ticks of both axes, and what the axes are.
struct PlotFrame {
  /// A place on an axis, in pixels from the plot's left or upper edge, and its number.
  struct Tick: Equatable {
    var place: Int
    var text: String
  }

  private let xAxis: String?
  private let yAxis: String?
  private let xTicks: [Tick]
  private let yTicks: [Tick]
  private let plotWidth: Int
  private let plotHeight: Int
  /// From the left edge of everything to that of the plot.
  let left: Int
  /// Everything.
  let width: Int
  let height: Int

  /// - Parameters:
  ///   - others: numbers of other plots' vertical axes that take as much room.
  ///   - width: of the plot alone.
  ///   - height: the same.
  init(
    xAxis: String?, yAxis: String?, xTicks: [Tick], yTicks: [Tick],
    alignedWith others: [Tick] = [], width: Int, height: Int
  ) {
    (self.xAxis, self.yAxis, self.xTicks, self.yTicks) = (xAxis, yAxis, xTicks, yTicks)
    (plotWidth, plotHeight) = (width, height)
    let numbers = (yTicks + others).map { Font.small.width(of: $0.text) }.max() ?? 0
    left =
      (yAxis == nil ? 0 : Font.small.height + Sheet.textGap) + max(numbers + Sheet.textGap, 10)
    // The last number of the horizontal axis may stand out by its half.
    self.width = left + width + 14
    self.height =
      height + Sheet.textGap + Font.small.height
      + (xAxis == nil ? 2 : Sheet.textGap + Font.small.height + 3)
  }

  /// Draws the frame with its upper left corner at (x, y).
  func draw(x: Int, y: Int, on canvas: inout Canvas) {
    let (x, outer) = (x + left, x)
    for tick in xTicks {
      canvas.fill(x: x + tick.place, y: y, width: 1, height: plotHeight, .grid)
    }
    for tick in yTicks {
      canvas.fill(x: x, y: y + tick.place, width: plotWidth, height: 1, .grid)
    }
    canvas.frame(x: x, y: y, width: plotWidth, height: plotHeight)
    let below = y + plotHeight + Sheet.textGap
    for tick in xTicks {
      canvas.text(tick.text, around: x + tick.place, y: below, .small)
    }
    for tick in yTicks {
      canvas.text(
        tick.text, x: x - Sheet.textGap - Font.small.width(of: tick.text),
        y: y + tick.place - Font.small.height / 2, .small)
    }
    if let xAxis {
      let text = PictureText.shortened(xAxis, to: plotWidth, .small)
      canvas.text(
        text, around: x + plotWidth / 2, y: below + Font.small.height + Sheet.textGap, .small,
        .faint)
    }
    if let yAxis {
      let text = PictureText.shortened(yAxis, to: plotHeight, .small)
      let end = y + (plotHeight + Font.small.width(of: text)) / 2
      canvas.risingText(text, x: outer, y: end, .small, .faint)
    }
  }
}
