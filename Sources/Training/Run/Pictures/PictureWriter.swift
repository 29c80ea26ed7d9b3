import Datasets
import Foundation
import Objectives
import PNG
import Reporting
import Tensors

/// Draws a stage's pictures, and says in their files what they are.
struct PictureWriter: Sendable {
  let directory: String
  let shape: SampleShape
  let transform: Transform
  /// The names of classes by their labels; empty without names.
  var classNames: [String] = []
  /// What stands below every picture: where in a run it was made.
  var caption: String?

  /// Writes `<name>-step-00001234.png` of every picture.
  /// - Returns: the paths.
  func write(_ pictures: [Picture], step: Int) throws -> [String] {
    try pictures.map { picture in
      let path = path(picture.name, step: step)
      try write(picture, to: path)
      return path
    }
  }

  /// Where a picture of a step goes.
  func path(_ name: String, step: Int) -> String {
    "\(directory)/\(name)-\(CheckpointStore.name(step: step).dropLast(3)).png"
  }

  /// Writes one picture.
  func write(_ picture: Picture, to path: String) throws {
    let picture = picture.finished
    try draw(picture).write(
      to: path, texts: Self.texts(picture.title, picture.description ?? Self.sentence(picture)))
  }

  /// What a file says of itself.
  static func texts(_ title: String, _ description: String) -> [PNGText] {
    [
      PNGText("Title", title), PNGText("Description", description),
      PNGText("Software", "swift-dist-train \(programVersion)"),
    ]
  }

  /// What is seen, of a picture that does not say so itself.
  private static func sentence(_ picture: Picture) -> String {
    switch picture.content {
    case .points(let positions, let classes, _):
      let known = Set(classes.filter { $0 >= 0 }).count
      let colors = known > 0 ? ", told apart by \(known) classes" : ""
      return "\(picture.title): \(positions.count / 2) points in the plane\(colors)."
    case .tiles(let rows, let labels, _):
      let (tiles, names) = (rows.first?.shape[0] ?? 0, labels.filter { !$0.isEmpty })
      guard rows.count > 1 else { return "\(picture.title): \(tiles) tiles." }
      let kind = picture.axes.rows.map { "\($0): " } ?? ""
      return "\(picture.title): \(rows.count) rows of \(tiles) tiles"
        + (names.isEmpty ? "." : " (\(kind)\(names.joined(separator: ", "))).")
    }
  }

  /// A picture's image.
  func draw(_ picture: Picture) -> PNGImage {
    let picture = picture.finished
    switch picture.content {
    case .tiles(let rows, let labels, let values):
      return grid(rows, rowLabels(labels, picture.axes), values, picture).render()
    case .points(let positions, let classes, let note):
      let hasClasses = classes.contains { $0 >= 0 }
      var plot = ScatterPlot(
        positions, labels: hasClasses ? classes : [], title: picture.title,
        note: [note, caption].compactMap { $0 }.joined(separator: " · "))
      (plot.classNames, plot.xAxis, plot.yAxis) = (
        classNames, picture.axes.columns, picture.axes.rows
      )
      return plot.render()
    }
  }

  /// Names stand for the numbers of classes that have some.
  private func rowLabels(_ labels: [String], _ axes: Picture.Axes) -> [String] {
    labels.enumerated().map { row, label in
      guard axes.rowClasses.indices.contains(row) else { return label }
      let name = ClassName.of(axes.rowClasses[row], classNames)
      return name == "\(axes.rowClasses[row])" ? label : name
    }
  }

  private func grid(
    _ rows: [Tensor], _ labels: [String], _ values: Picture.Values, _ picture: Picture
  ) -> ImageGrid {
    let tiles = rows.map { self.tiles($0, values) }
    let scale = scale(values, samples: tiles[0])
    var grid: ImageGrid
    let columns =
      picture.axes.columnCount
      ?? (picture.axes.columnLabels.isEmpty ? nil : max(1, tiles[0].count))
    if tiles.count == 1 {
      grid = ImageGrid(tiles[0], columns: columns, scale: scale, title: picture.title)
      grid.rowLabels = labels
    } else {
      let labels = labels + Array(repeating: "", count: max(0, rows.count - labels.count))
      grid = ImageGrid.rows(
        of: Array(zip(labels, tiles)).map { (name: $0.0, tiles: $0.1) }, columns: columns,
        scale: scale, title: picture.title)
    }
    (grid.rowAxis, grid.columnAxis) = (picture.axes.rows, picture.axes.columns)
    (grid.columnLabels, grid.note) = (picture.axes.columnLabels, caption)
    if tiles.count == 1 && labels.isEmpty { grid.rowAxis = nil }
    grid.barTitle = values == .signed ? "weight" : "value"
    return grid
  }

  /// Data that was not brought to 0…1 has a scale of its own: that of the first row, the samples.
  private func scale(_ values: Picture.Values, samples: Tiles) -> ColorScale {
    switch (values, transform) {
    case (.signed, _): return .signed(.overall)
    case (.data, .none), (.data, .standardize):
      let finite = samples.values.filter(\.isFinite)
      return .gray((finite.min() ?? 0)...(finite.max() ?? 1))
    default: return .unit
    }
  }

  private func tiles(_ values: Tensor, _ kind: Picture.Values) -> Tiles {
    let count = values.shape[0]
    let elements = kind == .data ? transform.undone(values) : values.elements
    // Only tiles of the samples' size have their geometry.
    guard shape.isImage, values.shape[1] == shape.count else {
      return Tiles(vectors: elements, count: count, length: values.shape[1])
    }
    return Tiles(
      elements, count: count, channels: shape.channels == 3 ? 3 : 1,
      height: shape.channels == 3 ? shape.height : shape.height * shape.channels,
      width: shape.width)
  }
}

extension Transform {
  /// Standardised values [n, visible] back in the scale of the file; others as they are.
  func undone(_ values: Tensor) -> [Float] {
    guard case .standardize(let mean, let inverse) = self else { return values.elements }
    let width = mean.count
    return values.elements.enumerated().map { place, value in
      let column = place % width
      let scale = inverse.pointer[column]
      return mean.pointer[column] + (scale > 0 ? value / scale : 0)
    }
  }
}
