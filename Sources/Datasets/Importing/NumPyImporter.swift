import HDF5

/// Imports a NumPy array (`.npy`) or an archive of arrays (`.npz`, compressed or not).
///
/// A lone array becomes `/train/images`, with labels from another `.npy` file if one is given.
/// The name of an array in an archive says where it goes. Its words (between `_`, `-`, `.` and
/// blanks, in any case) are looked up:
///
/// - the part: `test` and `t10k` → `/test`; `val`, `valid` and `validation` → `/validation`; else
///   `/train`;
/// - the kind: `images`, `image`, `img`, `imgs`, `x`, `data`, `samples`, `features` → `images`;
///   `labels`, `label`, `y`, `target`, `targets`, `classes` → `labels`;
/// - a name with neither kind is kept in the part: `weights_test` → `/test/weights_test`. But the
///   only array of an archive becomes `/train/images`.
///
/// So `train_images`, `x_train` and `images` all become `/train/images`. Two arrays for one place
/// are an error. Labels are narrowed to the smallest integer type that holds them; 64-bit integers
/// elsewhere to int32, where they must fit.
public struct NumPyImporter: DatasetImporter {
  private let path: String
  private let labels: String?

  /// An importer of the file `path`; `labels` may name a `.npy` file for a lone array.
  public init(_ path: String, labels: String? = nil) {
    self.path = path
    self.labels = labels
  }

  /// See `DatasetImporter`.
  public func importDatasets(into writer: DatasetWriter) throws {
    let arrays = try path.lowercased().hasSuffix(".npz") ? archive() : lone()
    try checkCounts(arrays)
    for array in arrays { try array.copy(to: writer) }
  }

  private func lone() throws -> [NumPyArray] {
    let images = try NumPyArray(FileSource(path), target: "/train/images")
    guard let labels else { return [images] }
    return try [images, NumPyArray(FileSource(labels), target: "/train/labels")]
  }

  private func archive() throws -> [NumPyArray] {
    let archive = try ZipArchive(path)
    let members = archive.members.filter { $0.name.hasSuffix(".npy") }
    if members.isEmpty { throw DatasetError(path, "the archive has no arrays") }
    var arrays = try members.map { member in
      let name = String(member.name.dropLast(4))
      let target = members.count == 1 ? "/train/images" : Self.target(of: name)
      return try NumPyArray(archive.source(of: member), target: target)
    }
    if let labels {
      arrays.append(try NumPyArray(FileSource(labels), target: "/train/labels"))
    }
    return arrays.sorted { $0.target < $1.target }
  }

  /// The dataset that an array called `name` becomes.
  static func target(of name: String) -> String {
    let words = Set(
      name.lowercased().split { "_-. /".contains($0) }.map { String($0) })
    let isTest = !words.isDisjoint(with: ["test", "t10k"])
    let isValidation = !words.isDisjoint(with: ["val", "valid", "validation"])
    let part = isTest ? "/test" : isValidation ? "/validation" : "/train"
    if !words.isDisjoint(with: labelWords) { return part + "/labels" }
    if !words.isDisjoint(with: imageWords) { return part + "/images" }
    return part + "/" + name.split(separator: "/").joined(separator: "_")
  }

  private static let imageWords: Set<String> = [
    "images", "image", "img", "imgs", "x", "data", "samples", "features",
  ]
  private static let labelWords: Set<String> = [
    "labels", "label", "y", "target", "targets", "classes",
  ]

  /// Labels must be as many as their images.
  private func checkCounts(_ arrays: [NumPyArray]) throws {
    for labels in arrays where labels.target.hasSuffix("/labels") {
      let imagesTarget = labels.target.dropLast("labels".count) + "images"
      guard let images = arrays.first(where: { $0.target == imagesTarget }) else { continue }
      if labels.header.shape.first == images.header.shape.first { continue }
      throw DatasetError(
        labels.source.name,
        "\(labels.header.shape.first ?? 1) labels for \(images.header.shape.first ?? 1) images",
        advice: "save as many labels as images")
    }
  }
}
