import Datasets
import Foundation
import HDF5
import MessagePassing
import Objectives
import PNG
import Reporting
import Tensors

extension TrainedModel {
  /// Checks before the work that its result can be written. Every rank calls this.
  public func checkOutput(_ path: String) throws {
    try together(communicator) {
      let folder = folder(of: path)
      var isDirectory = ObjCBool(false)
      let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
      guard communicator.rank != 0 || access(folder, W_OK) == 0 else {
        throw UsageError("cannot write \(path): \(folder) is no folder that you may write in")
      }
      guard !(exists && isDirectory.boolValue) else {
        throw UsageError("cannot write \(path): it is a folder; name a file with --output")
      }
    }
  }

  /// Checks before the work that a folder for tables is there, or can be made. Every rank calls this.
  public func checkFolder(ofTables path: String) throws {
    try together(communicator) {
      guard communicator.rank == 0 else { return }
      var (place, isDirectory) = (path, ObjCBool(false))
      while !FileManager.default.fileExists(atPath: place, isDirectory: &isDirectory),
        folder(of: place) != place
      { place = folder(of: place) }
      guard !path.isEmpty, isDirectory.boolValue, access(place, W_OK) == 0 else {
        throw UsageError(
          "cannot write tables into '\(path)': \(place) is no folder that you may write in; name another with --tables"
        )
      }
    }
  }

  /// Writes samples as a picture (`.png`), a row for each class where there are classes, or as an HDF5
  /// file with `/samples` [N, channels, height, width], and `/labels` [N] where there are classes. What
  /// was learned from standardised data is written in the scale of the file.
  public func write(_ drawn: DrawnSamples, to path: String) throws {
    let count = drawn.samples.shape[0]
    if path.hasSuffix(".png") {
      let each = count / max(drawn.classes.count, 1)
      let rows = drawn.classes.indices.map { drawn.samples.rows($0 * each..<($0 + 1) * each) }
      let picture = Picture(
        name: "samples", title: "\(count) samples", rows: rows.isEmpty ? [drawn.samples] : rows,
        labels: drawn.classes.map { "class \($0)" }, values: pictureValues,
        axes: drawn.classes.isEmpty
          ? .init() : .init(rows: "class", rowClasses: drawn.classes.map { Int($0) }))
      return try write(picture, to: path)
    }
    try createFile(path) { file in
      try file.write(
        "/samples", shape: [count] + shape.axes, values: transform.undone(drawn.samples))
      if !drawn.classes.isEmpty {
        try file.write("/labels", shape: [count], values: drawn.labels)
      }
      try file.setAttribute("digest", checkpoint.digest)
    }
  }

  /// Writes a picture as PNG.
  func write(_ picture: Picture, to path: String) throws {
    var writer = PictureWriter(
      directory: "", shape: shape, transform: transform, classNames: classNames)
    writer.caption = "\(configuration.name) · update \(checkpoint.position.step)"
    try writer.write(picture, to: path)
  }

  /// How the samples' scale is that of the data: only moments have to be undone.
  private var transform: Transform {
    storedMoments ?? (configuration.data.transform == .none ? .none : .unit)
  }

  /// What pictures of samples are scaled by: as those of the run.
  var pictureValues: Picture.Values { storedMoments == nil ? stage.sampleValues : .data }

  /// The moments that the data was standardised with, as a transform.
  private var storedMoments: Transform? {
    moments.map { .standardize(mean: $0.mean, inverseDeviation: $0.inverseDeviation) }
  }

  /// The moments that the data was standardised with, each [visible].
  var moments: (mean: Tensor, inverseDeviation: Tensor)? {
    guard let mean = checkpoint["/state/transform/mean"],
      let inverse = checkpoint["/state/transform/inverse_deviation"]
    else { return nil }
    return (
      Tensor(shape: mean.shape, elements: mean.values),
      Tensor(shape: inverse.shape, elements: inverse.values)
    )
  }

  /// Writes codes as an HDF5 file with `/codes` [N, width], and `/labels` [N] where there are any.
  public func write(codes: Tensor, labels: [Int32], to path: String) throws {
    try createFile(path) { file in
      try file.write("/codes", shape: codes.shape, values: codes.elements)
      if labels.contains(where: { $0 >= 0 }) {
        try file.write("/labels", shape: [labels.count], values: labels)
        try file.setClassNames(classNames, labels: labels)
      }
      try file.setAttribute("digest", checkpoint.digest)
    }
  }

  /// Writes the tables of the last evaluation into a folder, each as numbers and as a picture.
  /// - Returns: the paths.
  public func writeTables(into folder: String) throws -> [String] {
    let caption = "\(configuration.name) · update \(checkpoint.position.step)"
    return try tables.flatMap { table in
      let file = TableFile(
        table: table, stage: stage.name, step: checkpoint.position.step, classNames: classNames)
      try file.write(into: folder)
      try file.draw(into: folder, caption: caption)
      return ["json", "png"].map { "\(folder)/\(file.name).\($0)" }
    }
  }

  /// The tables of the last evaluation as JSON, as files have them.
  public var tablesAsJSON: [JSONValue] {
    tables.map {
      TableFile(
        table: $0, stage: stage.name, step: checkpoint.position.step, classNames: classNames
      ).json
    }
  }

  /// What cannot be written is no bad input.
  private func createFile(_ path: String, _ body: (File) throws -> Void) throws {
    do { try File.creatingAtomically(path, body) } catch { throw WriteError("\(error)") }
  }
}

extension File {
  /// Names the classes of `/labels`, where they have names.
  func setClassNames(_ names: [String], labels: [Int32]) throws {
    guard !names.isEmpty, labels.contains(where: { $0 >= 0 }) else { return }
    try setAttribute("class_names", names, on: "/labels")
  }
}
