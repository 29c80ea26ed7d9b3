import HDF5

/// Copies the datasets of a file into a new file in the layout that suits training, all of them or
/// a small sample balanced over the classes.
///
/// Attributes that are strings, lists of strings, integers or numbers go along. Datasets that hold
/// no numbers are left out.
public struct Repacking {
  /// How to copy.
  public struct Options: Sendable {
    /// At most so many rows of each group's datasets; nil for all. A group with `labels` keeps the
    /// first ones of each class in the order of the file, as many of each class as possible.
    public var rows: Int?
    /// Other limits for single groups, such as `["/test": 600]`.
    public var rowsOfGroup: [String: Int] = [:]
    /// The gzip level, 0...9; nil for no compression.
    public var deflate: Int? = 4

    /// All rows, gzip 4.
    public init() {}
  }

  private let input: String
  private let options: Options

  /// A copy of the file `input`.
  public init(of input: String, options: Options = Options()) {
    self.input = input
    self.options = options
  }

  /// Writes the file `output`, all or nothing; it may replace the input. Throws `HDF5Error` and
  /// `DatasetError`.
  @discardableResult
  public func write(to output: String) throws -> DatasetWriter.Summary {
    try checkOptions()
    let file = try File(reading: input)
    let paths = try file.datasetPaths()
    try checkGroups(paths)
    return try DatasetWriter.write(to: output, deflate: options.deflate) { writer in
      try file.copyAttributes(of: "/", to: writer.file)
      for (group, members) in Dictionary(grouping: paths, by: group).sorted(by: { $0.key < $1.key })
      {
        try copy(members, of: group, file, to: writer)
      }
    }
  }

  private func checkOptions() throws {
    let limits = [options.rows].compactMap { $0 } + options.rowsOfGroup.values
    if let bad = limits.first(where: { $0 < 1 }) {
      throw DatasetError(input, "\(bad) rows are to be kept", advice: "keep at least one")
    }
    if let level = options.deflate, !(0...9).contains(level) {
      throw DatasetError(input, "gzip level \(level)", advice: "give one of 0...9")
    }
  }

  private func checkGroups(_ paths: [String]) throws {
    let groups = Set(paths.map(group))
    if paths.isEmpty { throw DatasetError(input, "the file has no datasets") }
    if let unknown = options.rowsOfGroup.keys.sorted().first(where: { !groups.contains($0) }) {
      throw DatasetError(
        input, "no group '\(unknown)' with datasets",
        advice: "name one of \(groups.sorted().joined(separator: ", "))")
    }
  }

  /// Copies the datasets of one group, with the same choice of rows for all of one length.
  private func copy(
    _ paths: [String], of group: String, _ file: File, to writer: DatasetWriter
  ) throws {
    let limit = options.rowsOfGroup[group] ?? options.rows
    let labels = try limit == nil ? nil : labels(in: group, file)
    for path in paths {
      let dataset = try file.dataset(path)
      if case .other = dataset.elementType { continue }
      let rows = choice(limit, dataset, labels)
      try copy(dataset, rows, to: writer)
      try file.copyAttributes(of: path, to: writer.file)
    }
  }

  private func labels(in group: String, _ file: File) throws -> [Int]? {
    let path = (group == "/" ? "" : group) + "/labels"
    guard try file.hasDataset(path) else { return nil }
    let dataset = try file.dataset(path)
    guard dataset.shape.count == 1, dataset.elementType.isInteger else { return nil }
    return try dataset.readAll(as: Int.self)
  }

  /// The rows of `dataset` to keep; nil for all.
  private func choice(_ limit: Int?, _ dataset: Dataset, _ labels: [Int]?) -> [Int]? {
    guard let limit, !dataset.shape.isEmpty, limit < dataset.rowCount else { return nil }
    guard let labels, labels.count == dataset.rowCount else { return Array(0..<limit) }
    return balancedRows(labels, count: limit)
  }

  private func copy(_ dataset: Dataset, _ rows: [Int]?, to writer: DatasetWriter) throws {
    var shape = dataset.shape
    if let rows { shape[0] = rows.count }
    let target = try writer.add(dataset.path, shape: shape, type: dataset.elementType)
    guard let rows else {
      return try dataset.forEachPiece { _, bytes in try target.append(bytes) }
    }
    let rowBytes = dataset.rowElementCount * dataset.elementType.byteCount
    let step = max(1, (4 << 20) / max(1, rowBytes))
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(step, rows.count) * rowBytes, alignment: 16)
    defer { buffer.deallocate() }
    for start in stride(from: 0, to: rows.count, by: step) {
      let part = Array(rows[start..<min(start + step, rows.count)])
      try dataset.read(rowList: part, as: dataset.elementType, into: buffer)
      try target.append(UnsafeRawBufferPointer(rebasing: buffer[..<(part.count * rowBytes)]))
    }
  }

  private func group(of path: String) -> String {
    let parent = path.split(separator: "/").dropLast().joined(separator: "/")
    return "/" + parent
  }
}

/// The first `count` rows that keep the classes as even as possible, in the order of the file.
///
/// Each class gives its first rows; a class that has too few leaves its places to the others, and
/// places that cannot be shared evenly go to the smallest labels.
func balancedRows(_ labels: [Int], count: Int) -> [Int] {
  let rows = Dictionary(grouping: labels.indices) { labels[$0] }
  var quota: [Int: Int] = [:]
  var left = min(count, labels.count)
  var open = rows.keys.sorted()
  while left > 0 {
    // As many to each as are left for all; one each to the first when too few are left.
    let share = max(1, left / open.count)
    for label in open where left > 0 {
      let more = min(share, rows[label]!.count - quota[label, default: 0], left)
      quota[label, default: 0] += more
      left -= more
    }
    open = open.filter { quota[$0, default: 0] < rows[$0]!.count }
  }
  return rows.flatMap { label, indices in indices.prefix(quota[label, default: 0]) }.sorted()
}

extension File {
  /// Copies the attributes of the object at `path`, but for the fingerprint, to that in `target`.
  func copyAttributes(of path: String, to target: File) throws {
    for name in try attributeNames(on: path) where name != Fingerprint.attribute {
      if let list = try? attributeStrings(name, on: path) {
        let isList = try attributeShape(name, on: path) != []
        if isList {
          try target.setAttribute(name, list, on: path)
        } else {
          try target.setAttribute(name, list[0], on: path)
        }
      } else if let value = try? attributeInt(name, on: path) {
        try target.setAttribute(name, value, on: path)
      } else if let value = try? attributeDouble(name, on: path) {
        try target.setAttribute(name, value, on: path)
      }
    }
  }
}
