import Datasets
import Foundation
import Objectives
import PNG
import Reporting
import Tensors

/// Draws a stage's pictures.
struct PictureWriter {
  let directory: String
  let shape: SampleShape
  let transform: Transform

  /// Writes `<name>-step-00001234.png` of every picture.
  /// - Returns: the paths.
  func write(_ pictures: [Picture], step: Int) throws -> [String] {
    try pictures.map { picture in
      let step = CheckpointStore.name(step: step).dropLast(3)
      let path = "\(directory)/\(picture.name)-\(step).png"
      try draw(picture).write(to: path)
      return path
    }
  }

  /// A picture's image.
  func draw(_ picture: Picture) -> PNGImage {
    switch picture.content {
    case .tiles(let rows, let labels, let values):
      return grid(rows, labels, values, title: picture.title)
    case .points(let positions, let classes, let note):
      let hasClasses = classes.contains { $0 >= 0 }
      return ScatterPlot(
        positions, labels: hasClasses ? classes : [], title: picture.title, note: note
      ).render()
    }
  }

  private func grid(
    _ rows: [Tensor], _ labels: [String], _ values: Picture.Values, title: String
  ) -> PNGImage {
    let tiles = rows.map { self.tiles($0, values) }
    let scale = scale(values, samples: tiles[0])
    if tiles.count == 1 { return ImageGrid(tiles[0], scale: scale, title: title).render() }
    let labels = labels + Array(repeating: "", count: rows.count - labels.count)
    return ImageGrid.rows(
      of: Array(zip(labels, tiles)).map { (name: $0.0, tiles: $0.1) }, scale: scale, title: title
    ).render()
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
