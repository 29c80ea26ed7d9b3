import Foundation
import HDF5

/// What is in a dataset file: a value for JSON, and a table for people.
public struct DatasetInspection: Sendable, Encodable, CustomStringConvertible {
  /// One dataset of the file.
  public struct Entry: Sendable, Encodable {
    /// Its path in the file.
    public var path: String
    /// Lengths of its axes.
    public var shape: [Int]
    /// Type of its elements, as NumPy names it.
    public var type: String
    /// Lengths of its chunks; nil when it is contiguous.
    public var chunk: [Int]?
    /// Its filters in the order of writing.
    public var filters: [String]
    /// Bytes in the file.
    public var storedBytes: Int
    /// Bytes of the elements.
    public var rawBytes: Int
    /// Raw bytes by stored bytes; nil when nothing is stored.
    public var compressionRatio: Double?
    /// The values, if they were looked at and are numbers.
    public var statistics: Statistics?
    /// For integers [N] with at most 1000 different values: how often each occurs.
    public var labels: [LabelCount]?
    /// Its attributes that are strings or lists of strings.
    public var attributes: [String: [String]]
  }

  /// A value of an integer dataset [N].
  public struct LabelCount: Sendable, Encodable, Equatable {
    /// The value.
    public var label: Int
    /// How often it occurs.
    public var count: Int
  }

  /// The range of the values; computed in double precision from finite ones only.
  public struct Statistics: Sendable, Encodable, Equatable {
    /// The smallest, the largest, and the mean of the finite values; nil when there are none.
    public var minimum, maximum, mean: Double?
    /// How many values are NaN or infinite.
    public var notFinite: Int
  }

  /// The path of the file.
  public var file: String
  /// The size of the file; 0 for one in memory.
  public var fileBytes: Int
  /// The attribute `fingerprint` of the file; nil when it has none.
  public var fingerprint: String?
  /// The datasets, by their paths.
  public var datasets: [Entry]

  /// Looks at the file `path`. Throws `HDF5Error`.
  ///
  /// With `values`, reads all numbers, some MiB at a time, for statistics and label counts.
  public init(of path: String, values: Bool = true) throws {
    try self.init(of: File(reading: path), values: values)
  }

  /// Looks at an open file.
  public init(of file: File, values: Bool = true) throws {
    let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
    self.file = file.path
    fileBytes = (attributes?[.size] as? NSNumber)?.intValue ?? 0
    fingerprint = try? file.attributeString(Fingerprint.attribute)
    datasets = try file.datasetPaths().map {
      try Entry(file.dataset($0), in: file, values: values)
    }
  }

  /// The table: a line a dataset, then its labels.
  public var description: String {
    var lines = ["\(file) (\(byteText(fileBytes)))"]
    lines.append("fingerprint: \(fingerprint ?? "none")")
    lines += table(
      [["dataset", "shape", "type", "chunk", "filters", "stored", "ratio", "min", "max", "mean"]]
        + datasets.map(\.cells))
    for entry in datasets {
      if let labels = entry.labels { lines.append("\(entry.path): " + text(labels, entry)) }
      if let count = entry.statistics?.notFinite, count > 0 {
        lines.append("\(entry.path): \(count) values are NaN or infinite")
      }
    }
    return lines.joined(separator: "\n")
  }

  private func text(_ labels: [LabelCount], _ entry: Entry) -> String {
    let names = entry.attributes["class_names"] ?? []
    let shown = labels.prefix(20).map { label in
      let name = names.indices.contains(label.label) ? " (\(names[label.label]))" : ""
      return "\(label.label)\(name) × \(label.count)"
    }
    return "labels " + shown.joined(separator: ", ") + (labels.count > 20 ? ", …" : "")
  }
}

extension DatasetInspection.Entry {
  init(_ dataset: Dataset, in file: File, values: Bool) throws {
    path = dataset.path
    shape = dataset.shape
    type = dataset.elementType.description
    chunk = dataset.chunk
    filters = dataset.filters
    storedBytes = dataset.storageSize
    rawBytes = dataset.elementCount * dataset.elementType.byteCount
    compressionRatio =
      storedBytes > 0 && rawBytes > 0 ? Double(rawBytes) / Double(storedBytes) : nil
    attributes = try file.textAttributes(on: dataset.path)
    guard values, dataset.elementType.byteCount > 0 else { return }
    statistics = try DatasetInspection.Statistics(of: dataset)
    if dataset.shape.count == 1, dataset.elementType.isInteger { labels = try Self.count(dataset) }
  }

  private static func count(_ dataset: Dataset) throws -> [DatasetInspection.LabelCount]? {
    var counts: [Int: Int] = [:]
    try dataset.forEachPiece(as: .int64) { _, bytes in
      // Beyond that they are no labels, and memory must stay bounded.
      if counts.count > 1000 { return }
      for value in bytes.bindMemory(to: Int64.self) { counts[Int(value), default: 0] += 1 }
    }
    if counts.count > 1000 || counts.isEmpty { return nil }
    return counts.sorted { $0.key < $1.key }.map { .init(label: $0.key, count: $0.value) }
  }

  fileprivate var cells: [String] {
    [
      path, lengths(shape), type, chunk.map(lengths) ?? "-",
      filters.isEmpty ? "-" : filters.joined(separator: "+"), byteText(storedBytes),
      compressionRatio.map { String(format: "%.2f", $0) } ?? "-",
      shortText(statistics?.minimum), shortText(statistics?.maximum), shortText(statistics?.mean),
    ]
  }
}

extension DatasetInspection.Statistics {
  init(of dataset: Dataset) throws {
    var (low, high, sum) = (Double.infinity, -Double.infinity, 0.0)
    var (finite, others) = (0, 0)
    try dataset.forEachPiece(as: .float64) { _, bytes in
      for value in bytes.bindMemory(to: Double.self) {
        guard value.isFinite else {
          others += 1
          continue
        }
        (low, high, sum) = (min(low, value), max(high, value), sum + value)
        finite += 1
      }
    }
    minimum = finite > 0 ? low : nil
    maximum = finite > 0 ? high : nil
    mean = finite > 0 ? sum / Double(finite) : nil
    notFinite = others
  }
}

extension File {
  /// The attributes of the object at `path` that are strings or lists of strings.
  func textAttributes(on path: String) throws -> [String: [String]] {
    var result: [String: [String]] = [:]
    for name in try attributeNames(on: path) {
      if let value = try? attributeStrings(name, on: path) { result[name] = value }
    }
    return result
  }
}

/// Columns as wide as their widest cell, two blanks between them.
private func table(_ rows: [[String]]) -> [String] {
  let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
  return rows.map { row in
    let line = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count + 2) }
    return line.joined().trimmingCharacters(in: .whitespaces)
  }
}

private func lengths(_ shape: [Int]) -> String {
  shape.isEmpty ? "scalar" : shape.map { String($0) }.joined(separator: "×")
}

private func shortText(_ value: Double?) -> String {
  value.map { String(format: "%.5g", $0) } ?? "-"
}

private func byteText(_ count: Int) -> String {
  var (value, unit) = (Double(count), "B")
  for larger in ["KiB", "MiB", "GiB", "TiB"] where value >= 1024 {
    (value, unit) = (value / 1024, larger)
  }
  return unit == "B" ? "\(count) B" : String(format: "%.1f %@", value, unit)
}
