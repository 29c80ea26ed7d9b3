import Foundation
import HDF5
import PNG

/// Imports a folder of PNG files of one size, gray or RGB.
///
/// Each subfolder is a class, numbered in the order of their names; inside a class the files are
/// taken in the order of theirs. Gray images become [N, H, W], colour images [N, 3, H, W], of uint8,
/// with the attribute `layout` ("NHW" or "NCHW"); labels [N] carry the attribute `class_names`. A
/// folder with PNG files and no subfolders has no labels. A folder with the subfolders `train` and
/// `test` is two such folders, whose classes must be the same; any other goes to `/train`, but for
/// the fraction that is set aside for `/test`.
public struct ImageFolderImporter: DatasetImporter {
  private let folder: String
  private let testFraction: Double
  private let seed: UInt64

  /// An importer of `folder`.
  /// - Parameters:
  ///   - testFraction: the share of the images, in 0..<1, that goes to `/test`.
  ///   - seed: chooses those images.
  public init(_ folder: String, testFraction: Double = 0, seed: UInt64 = 1) {
    self.folder = folder
    self.testFraction = testFraction
    self.seed = seed
  }

  /// See `DatasetImporter`.
  public func importDatasets(into writer: DatasetWriter) throws {
    let (train, test) = try parts()
    guard let first = train.images.first else {
      throw DatasetError(folder, "no PNG files here", advice: "name a folder with one per class")
    }
    let model = try Picture(first.path)
    try write(train, to: "/train", like: model, writer)
    if !test.images.isEmpty { try write(test, to: "/test", like: model, writer) }
  }

  private func parts() throws -> (train: ImageList, test: ImageList) {
    try RowSplit.check(testFraction, file: folder)
    let subfolders = try ImageList.subfolders(folder)
    guard Set(subfolders) == ["train", "test"] else {
      return try split(ImageList(folder))
    }
    if testFraction > 0 {
      throw DatasetError(
        folder, "it has a test folder already", advice: "do not set more images aside")
    }
    let (train, test) = try (ImageList(folder + "/train"), ImageList(folder + "/test"))
    guard train.classes == test.classes else {
      throw DatasetError(folder, "train and test have other classes", advice: "give both the same")
    }
    return (train, test)
  }

  private func split(_ all: ImageList) throws -> (ImageList, ImageList) {
    let split = RowSplit(count: all.images.count, fraction: testFraction, seed: seed)
    var (train, test) = (all, all)
    train.images = zip(all.images, split.isTest).filter { !$0.1 }.map(\.0)
    test.images = zip(all.images, split.isTest).filter(\.1).map(\.0)
    return (train, test)
  }

  private func write(
    _ list: ImageList, to part: String, like model: Picture, _ writer: DatasetWriter
  ) throws {
    let path = part + "/images"
    let rows = try writer.add(path, shape: [list.images.count] + model.shape, type: .uint8)
    try writer.file.setAttribute("layout", model.shape.count == 2 ? "NHW" : "NCHW", on: path)
    for image in list.images {
      let picture = try Picture(image.path)
      try picture.checkSame(as: model)
      try picture.planes.withUnsafeBytes { try rows.append($0) }
    }
    guard let classes = list.classes else { return }
    try writer.addLabels(part + "/labels", list.images.map { $0.label })
    try writer.file.setAttribute("class_names", classes, on: part + "/labels")
  }
}

/// The PNG files of a folder, in order, with their classes.
private struct ImageList {
  var images: [(path: String, label: Int)]
  /// Names of the classes; nil when the files lie in the folder itself.
  let classes: [String]?

  init(_ folder: String) throws {
    let classes = try Self.subfolders(folder)
    self.classes = classes.isEmpty ? nil : classes
    if classes.isEmpty {
      images = try Self.pictures(folder).map { ($0, 0) }
      return
    }
    if let stray = try Self.pictures(folder).first {
      throw DatasetError(
        stray, "lies beside the folders of the classes", advice: "move it into one")
    }
    images = try classes.enumerated().flatMap { label, name in
      let files = try Self.pictures(folder + "/" + name)
      if files.isEmpty {
        throw DatasetError(
          folder + "/" + name, "no PNG files in this class", advice: "remove the folder or fill it")
      }
      return files.map { ($0, label) }
    }
  }

  static func subfolders(_ folder: String) throws -> [String] {
    try names(folder).filter { name in
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder)
      return isFolder.boolValue
    }
  }

  private static func pictures(_ folder: String) throws -> [String] {
    try names(folder).filter { $0.lowercased().hasSuffix(".png") }.map { folder + "/" + $0 }
  }

  /// The visible names in `folder`, sorted.
  private static func names(_ folder: String) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { !$0.hasPrefix(".") }.sorted()
    } catch {
      throw DatasetError(folder, "cannot list it", advice: "name a folder that you may read")
    }
  }
}

/// One image, its channels one after the other.
private struct Picture {
  let path: String
  /// [H, W] or [3, H, W].
  let shape: [Int]
  let planes: [UInt8]

  init(_ path: String) throws {
    let image = try read(path)
    self.path = path
    let size = [image.height, image.width]
    shape = image.channels == 1 ? size : [image.channels] + size
    let pixels = image.pixels
    planes =
      image.channels == 1
      ? pixels
      : (0..<image.channels).flatMap { channel in
        stride(from: channel, to: pixels.count, by: image.channels).map { pixels[$0] }
      }
  }

  func checkSame(as other: Picture) throws {
    if shape == other.shape { return }
    throw DatasetError(
      path, "\(text) here, \(other.text) in \(other.path)",
      advice: "make all images of one size, all gray or all colour")
  }

  private var text: String {
    let size = shape.suffix(2)
    let kind = shape.count == 2 ? "gray" : "colour"
    return "a \(kind) image of \(size.last!)×\(size.first!)"
  }
}

private func read(_ path: String) throws -> PNGImage {
  do {
    return try PNGImage(reading: path)
  } catch let error as PNGError {
    throw DatasetError(path, error.message, advice: "remove it or write it again as PNG")
  }
}
