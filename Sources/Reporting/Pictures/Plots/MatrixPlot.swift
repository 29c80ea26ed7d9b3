import PNG

/// A table of counts as cells, coloured by their share of their row, with the counts in them: a confusion
/// matrix.
public struct MatrixPlot: Sendable {
  /// The counts, row by row; rows of other lengths than there are columns trap.
  public var values: [[Int]]
  /// The rows' names, from the top.
  public var rows: [String]
  /// The columns' names, from the left.
  public var columns: [String]
  /// What the rows are.
  public var rowAxis: String
  /// What the columns are.
  public var columnAxis: String
  /// A line above the table.
  public var title: String?
  /// A line below it.
  public var note: String?

  /// A table of at least one row and column.
  public init(
    _ values: [[Int]], rows: [String], columns: [String], rowAxis: String, columnAxis: String,
    title: String? = nil, note: String? = nil
  ) {
    precondition(!rows.isEmpty && !columns.isEmpty, "a table has rows and columns")
    precondition(
      values.count == rows.count && values.allSatisfy { $0.count == columns.count },
      "as many counts as cells")
    (self.values, self.rows, self.columns) = (values, rows, columns)
    (self.rowAxis, self.columnAxis, self.title, self.note) = (rowAxis, columnAxis, title, note)
  }

  /// The widest name, in pixels.
  private static let nameRoom = 180

  /// Where the cells stand.
  private struct Layout {
    /// Pixels a side of a cell.
    var side: Int
    /// Whether counts fit into the cells.
    var showsCounts: Bool
    /// The names as they are drawn.
    var rows: [String]
    var columns: [String]
    /// Whether the names of columns are read from below.
    var rises: Bool
    /// From the content's upper left corner to that of the cells.
    var left: Int
    var top: Int
  }

  private func layout() -> Layout {
    let most = values.flatMap { $0 }.max() ?? 0
    let number = Font.small.width(of: "\(most)") + 8
    let count = max(rows.count, columns.count)
    let room = 860 / count
    let side = min(64, max(room, 13), max(number, 34))
    let names = [rows, columns].map {
      $0.map { PictureText.shortened($0, to: Self.nameRoom, .small) }
    }
    let widest = names.map { $0.map { Font.small.width(of: $0) }.max() ?? 0 }
    let rises = widest[1] > side - 4
    let line = Font.small.height + Sheet.textGap
    return Layout(
      side: side, showsCounts: number <= side, rows: names[0], columns: names[1], rises: rises,
      left: line + widest[0] + Sheet.textGap,
      top: line + (rises ? widest[1] + Sheet.textGap : line))
  }

  /// Draws the table as an RGB picture.
  public func render() -> PNGImage {
    let layout = layout()
    let (width, height) = (layout.side * columns.count, layout.side * rows.count)
    let bar = 22 + 16 + 9 + Font.small.width(of: "100 %") + Sheet.textGap + Font.small.height
    let sheet = Sheet(
      title: title, note: note,
      width: layout.left + max(width + bar, Font.small.width(of: columnAxis)),
      height: layout.top + max(height, Font.small.width(of: rowAxis), 130))
    var canvas = sheet.canvas()
    let (x, y) = (Sheet.margin + layout.left, sheet.top + layout.top)
    drawCells(layout, x: x, y: y, on: &canvas)
    drawNames(layout, x: x, y: y, on: &canvas)
    canvas.text(columnAxis, x: x, y: sheet.top, .small, .faint)
    canvas.risingText(
      rowAxis, x: Sheet.margin, y: y + Font.small.width(of: rowAxis) - 1, .small, .faint)
    drawBar(x: x + width + 22, y: y, height: min(max(height, 130), 280), on: &canvas)
    return canvas.image
  }

  private func drawCells(_ layout: Layout, x: Int, y: Int, on canvas: inout Canvas) {
    let side = layout.side
    canvas.frame(
      x: x, y: y, width: side * columns.count - 1, height: side * rows.count - 1)
    for (row, counts) in values.enumerated() {
      let total = counts.reduce(0, +)
      for (column, count) in counts.enumerated() {
        let share = total > 0 ? Double(count) / Double(total) : 0
        let color = Sequential.color(share)
        let (left, top) = (x + column * side, y + row * side)
        canvas.fill(x: left, y: top, width: side - 1, height: side - 1, color)
        guard layout.showsCounts, count > 0 else { continue }
        canvas.text(
          "\(count)", around: left + side / 2, y: top + (side - Font.small.height) / 2, .small,
          color.isDark ? .white : .ink)
      }
    }
  }

  private func drawNames(_ layout: Layout, x: Int, y: Int, on canvas: inout Canvas) {
    let (side, font) = (layout.side, Font.small)
    for (row, name) in layout.rows.enumerated() {
      canvas.text(
        name, x: x - Sheet.textGap - font.width(of: name),
        y: y + row * side + (side - font.height) / 2, font)
    }
    for (column, name) in layout.columns.enumerated() {
      let left = x + column * side
      if layout.rises {
        canvas.risingText(
          name, x: left + (side - font.height) / 2, y: y - Sheet.textGap, font)
      } else {
        canvas.text(name, around: left + side / 2, y: y - Sheet.textGap - font.height, font)
      }
    }
  }

  private func drawBar(x: Int, y: Int, height: Int, on canvas: inout Canvas) {
    canvas.frame(x: x, y: y, width: 16, height: height)
    for row in 0..<height {
      let share = 1 - Double(row) / Double(height - 1)
      canvas.fill(x: x, y: y + row, width: 16, height: 1, Sequential.color(share))
    }
    for (text, share) in [("100 %", 0.0), ("50 %", 0.5), ("0 %", 1.0)] {
      let line = y + Int(share * Double(height - 1))
      canvas.fill(x: x + 17, y: line, width: 4, height: 1, .faint)
      let top = min(max(line - Font.small.height / 2, y), y + height - Font.small.height)
      canvas.text(text, x: x + 25, y: top, .small)
    }
    let text = "share of the row"
    canvas.risingText(
      text, x: x + 25 + Font.small.width(of: "100 %") + Sheet.textGap,
      y: y + (height + Font.small.width(of: text)) / 2, .small, .faint)
  }
}

/// White to dark blue, darker with every step.
enum Sequential {
  /// The colour of a share from 0 to 1, in steps of 1/120.
  static func color(_ share: Double) -> RGB { Diverging.color(Float(-min(1, max(0, share)))) }
}
