extension ImageGrid {
  /// Where everything stands, in pixels of the finished picture.
  struct Layout: Equatable {
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
    /// The room of row labels, and of the texts above the tiles.
    var labelWidth = 0
    var labelHeight = 0
    var barHeight = 0
    /// The content without margins, title and note.
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

  /// Sizes of texts, in pixels.
  private enum Room {
    /// The widest row label.
    static let label = 260
  }

  var rows: Int { (slots.count + columns - 1) / columns }

  /// Pictures of three channels are their own colours.
  var hasColorBar: Bool { showsColorBar && tiles.channels == 1 && tiles.count > 0 }

  /// Row labels as they are drawn.
  var shortRowLabels: [String] {
    rowLabels.prefix(rows).map { PictureText.shortened($0, to: Room.label, labelFont) }
  }

  /// Rows of small tiles have small labels.
  var labelFont: Font { tiles.height * chosenMagnification() >= 26 ? .large : .small }

  func layout() -> Layout {
    var layout = Layout()
    placeTiles(&layout)
    placeLabels(&layout)
    placeBar(&layout)
    let sheet = sheet(layout)
    layout.left += Sheet.margin
    layout.top += sheet.top
    return layout
  }

  /// The picture that holds all of a layout.
  func sheet(_ layout: Layout) -> Sheet {
    Sheet(title: title, note: note, width: layout.width, height: layout.height)
  }

  /// The largest magnification that keeps the grid below 1100 x 1500 pixels, of many columns below
  /// 1300 x 1500, and a single tile below 256.
  private func chosenMagnification() -> Int {
    if let magnification { return max(1, magnification) }
    let byWidth = ((columns > 16 ? 1300 : 1100) / columns - 6) / tiles.width
    let byHeight = (1500 / max(1, rows) - 6) / tiles.height
    let byTile = 256 / max(tiles.width, tiles.height)
    return max(1, min(byWidth, byHeight, byTile))
  }

  private func placeTiles(_ layout: inout Layout) {
    layout.magnification = chosenMagnification()
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
    if let widest = shortRowLabels.map({ labelFont.width(of: $0) }).max(), widest > 0 {
      layout.labelWidth = widest + Sheet.textGap
    }
    if !columnLabels.isEmpty { layout.labelHeight = Font.small.height + Sheet.textGap }
    layout.left = layout.labelWidth
    if rowAxis != nil { layout.left += Font.small.height + Sheet.textGap }
    layout.top = layout.labelHeight
    if columnAxis != nil { layout.top += Font.small.height + Sheet.textGap }
  }

  private func placeBar(_ layout: inout Layout) {
    var right = layout.left + layout.gridWidth
    if let columnAxis { right = max(right, layout.left + Font.small.width(of: columnAxis)) }
    var bottom = layout.gridHeight
    if let rowAxis { bottom = max(bottom, Font.small.width(of: rowAxis)) }
    if hasColorBar {
      layout.barHeight = max(110, min(layout.gridHeight, 280))
      right = layout.left + layout.gridWidth + ColorBar.gap + ColorBar.width(self)
      bottom = max(bottom, layout.barHeight + ColorBar.below(self))
    }
    layout.width = right
    layout.height = layout.top + bottom
  }
}
