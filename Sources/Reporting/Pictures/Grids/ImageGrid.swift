import PNG

/// Equal pictures on a grid with even spacing, with title, axes, labels, and a colour bar.
///
/// Each pixel of a tile becomes a square of whole pixels, so that nothing is blurred, and the whole
/// is about 600 to 1200 pixels wide where the number of tiles allows it.
public struct ImageGrid: Sendable {
  /// The pictures.
  public var tiles: Tiles
  /// Which tile stands at each place, row by row; `nil` leaves a place empty.
  public var slots: [Int?]
  /// Places in a row.
  public var columns: Int
  /// How numbers become colours.
  public var scale: ColorScale
  /// What stands above the grid.
  public var title: String?
  /// What stands below it.
  public var note: String?
  /// What the rows are, left of their labels.
  public var rowAxis: String?
  /// What the columns are, above their labels.
  public var columnAxis: String?
  /// Texts left of the rows, from the top; fewer than rows leaves the others bare. Long ones are shortened.
  public var rowLabels: [String] = []
  /// Texts above the columns, from the left; where columns are too narrow for all, above some.
  public var columnLabels: [String] = []
  /// Whether a bar on the right explains the colours. Pictures of three channels have none.
  public var showsColorBar: Bool
  /// What the numbers of the bar are.
  public var barTitle: String?
  /// Pixels a side for each pixel of a tile; `nil` chooses.
  public var magnification: Int?
  /// Rows that belong together: there is more space between groups. 0 makes no groups.
  public var rowsPerGroup = 0

  /// Lays the tiles out row by row, near-square unless `columns` are given. A bar explains signed
  /// scales, and gray ones but that from 0 to 1.
  public init(
    _ tiles: Tiles, columns: Int? = nil, scale: ColorScale = .unit, title: String? = nil
  ) {
    let columns = columns ?? Self.nearSquare(tiles)
    self.init(tiles, slots: Array(0..<tiles.count), columns: columns, scale: scale, title: title)
  }

  private init(
    _ tiles: Tiles, slots: [Int?], columns: Int, scale: ColorScale, title: String?
  ) {
    precondition(columns > 0, "a grid of \(columns) columns")
    (self.tiles, self.slots, self.columns) = (tiles, slots, columns)
    (self.scale, self.title) = (scale, title)
    showsColorBar = scale != .unit
  }

  /// Originals with their reconstructions below them, column by column; see `rows(of:)`.
  public static func rows(
    of pairs: (originals: Tiles, reconstructions: Tiles), columns: Int? = nil,
    scale: ColorScale = .unit, title: String? = nil
  ) -> ImageGrid {
    rows(
      of: [("original", pairs.originals), ("model", pairs.reconstructions)], columns: columns,
      scale: scale, title: title)
  }

  /// Several versions of the same pictures, one below the other: tile `i` of each version stands in
  /// the same column. What does not fit into `columns` (at most 16 unless given) goes on below, as
  /// another group. Versions of different shapes or counts trap.
  public static func rows(
    of versions: [(name: String, tiles: Tiles)], columns: Int? = nil, scale: ColorScale = .unit,
    title: String? = nil
  ) -> ImageGrid {
    let all = Tiles(joining: versions.map(\.tiles))
    let count = versions[0].tiles.count
    let columns = columns ?? max(1, min(16, count))
    var slots: [Int?] = []
    for start in stride(from: 0, to: count, by: columns) {
      for version in versions.indices {
        slots += (start..<start + columns).map { $0 < count ? version * count + $0 : nil }
      }
    }
    var grid = ImageGrid(all, slots: slots, columns: columns, scale: scale, title: title)
    let groups = slots.count / (columns * versions.count)
    grid.rowLabels = (0..<groups).flatMap { _ in versions.map(\.name) }
    grid.rowsPerGroup = versions.count
    return grid
  }

  /// The columns that make the grid about as wide as high; somewhat more if that fills all rows.
  static func nearSquare(_ tiles: Tiles) -> Int {
    let ratio = Double(tiles.count * tiles.height) / Double(tiles.width)
    let square = max(1, min(tiles.count, Int(ratio.squareRoot().rounded(.up))))
    let candidates = square...max(square, min(tiles.count, square * 3 / 2))
    return candidates.first { tiles.count % $0 == 0 } ?? square
  }
}
