extension ImageGrid {
  /// Where everything stands, in pixels of the finished picture.
  struct Layout: Equatable {
    /// Between the edge of the picture and what is drawn.
    static let margin = 18
    /// Dots of the font for the title and the colour bar.
    static let textScale = 2
    /// Between a text and what it names.
    static let textGap = 10

    /// Pixels a side for each pixel of a tile.
    var magnification = 1
    /// Between tiles.
    var gap = 4
    /// More space between groups of rows.
    var groupGap = 0
    var rowsPerGroup = 0
    var tileWidth = 0
    var tileHeight = 0
    /// The upper left corner of the first tile.
    var left = 0
    var top = 0
    var gridWidth = 0
    var gridHeight = 0
    var rowLabelScale = 1
    var columnLabelScale = 1
    var titleScale = 2
    var barHeight = 0
    /// The whole picture.
    var width = 0
    var height = 0

    /// The upper left corner of the tile in a row and a column.
    func corner(row: Int, column: Int) -> (x: Int, y: Int) {
      let group = rowsPerGroup > 0 ? row / rowsPerGroup : 0
      return (
        left + column * (tileWidth + gap), top + row * (tileHeight + gap) + group * groupGap
      )
    }
  }

  var rows: Int { (slots.count + columns - 1) / columns }

  /// Pictures of three channels are their own colours.
  var hasColorBar: Bool { showsColorBar && tiles.channels == 1 && tiles.count > 0 }

  func layout() -> Layout {
    var layout = Layout()
    placeTiles(&layout)
    placeLabels(&layout)
    placeBarAndTitle(&layout)
    return layout
  }

  /// The largest magnification that keeps the grid below 1100 x 1500 pixels, and a single tile
  /// below 256.
  private func chosenMagnification() -> Int {
    let byWidth = (1100 / columns - 6) / tiles.width
    let byHeight = (1500 / max(1, rows) - 6) / tiles.height
    let byTile = 256 / max(tiles.width, tiles.height)
    return max(1, min(byWidth, byHeight, byTile))
  }

  private func placeTiles(_ layout: inout Layout) {
    layout.magnification = max(1, magnification ?? chosenMagnification())
    layout.tileWidth = tiles.width * layout.magnification
    layout.tileHeight = tiles.height * layout.magnification
    layout.gap = min(10, max(4, min(layout.tileWidth, layout.tileHeight) / 10))
    layout.rowsPerGroup = rowsPerGroup
    layout.groupGap = rowsPerGroup > 0 ? 2 * layout.gap : 0
    let end = layout.corner(row: max(0, rows - 1), column: columns - 1)
    layout.gridWidth = end.x + layout.tileWidth
    layout.gridHeight = rows > 0 ? end.y + layout.tileHeight : 0
  }

  private func placeLabels(_ layout: inout Layout) {
    let longest = columnLabels.map { Font.width(of: $0) }.max() ?? 0
    layout.columnLabelScale = longest * 2 <= layout.tileWidth ? 2 : 1
    layout.rowLabelScale = layout.tileHeight >= Font.height * 2 ? 2 : 1
    (layout.left, layout.top) = (Layout.margin, Layout.margin)
    if let widest = rowLabels.map({ Font.width(of: $0) }).max() {
      layout.left += widest * layout.rowLabelScale + Layout.textGap
    }
    if !columnLabels.isEmpty {
      layout.top += Font.height * layout.columnLabelScale + Layout.textGap
    }
  }

  private func placeBarAndTitle(_ layout: inout Layout) {
    var right = layout.left + layout.gridWidth
    if hasColorBar {
      layout.barHeight = max(90, min(layout.gridHeight, 280))
      let widest = barLabels().map { Font.width(of: $0.text) }.max() ?? 0
      right += ColorBar.gap + ColorBar.width + ColorBar.textGap + widest * Layout.textScale
    }
    if let title {
      layout.top += Font.height * Layout.textScale + Layout.margin
      let room = right - Layout.margin
      layout.titleScale = Font.width(of: title) * Layout.textScale <= room ? Layout.textScale : 1
      right = max(right, Layout.margin + Font.width(of: title) * layout.titleScale)
    }
    layout.width = right + Layout.margin
    layout.height = layout.top + max(layout.gridHeight, layout.barHeight) + Layout.margin
  }
}
