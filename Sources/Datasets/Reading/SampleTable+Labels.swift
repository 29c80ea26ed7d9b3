import HDF5

/// Labels that a model can take.
extension SampleTable {
  /// The names of classes by their labels, which the labels' attribute `class_names` lists in the first file;
  /// empty where there is none: names are for people, and no reason to stop.
  public func classNames() -> [String] {
    guard let labels = location.labels, let file = try? Self.openFile(location.files[0]),
      let names = try? file.attributeStrings("class_names", on: labels)
    else { return [] }
    return names
  }

  /// Reads all labels, a block after the other.
  /// - Parameter classes: labels must lie in 0..<classes.
  /// - Throws: `DatasetError` that names the first sample whose label does not.
  public func checkLabels(below classes: Int) throws {
    for part in parts {
      var first = part.rows.lowerBound
      while first < part.rows.upperBound {
        let block = first..<min(first + 65536, part.rows.upperBound)
        try check(block, of: part, below: classes)
        first = block.upperBound
      }
    }
  }

  private func check(_ rows: Range<Int>, of part: Part, below classes: Int) throws {
    var labels = [Int32](repeating: -1, count: rows.count)
    try labels.withUnsafeMutableBufferPointer { buffer in
      try readLabels(rows: rows, into: buffer.baseAddress!)
    }
    guard let place = labels.firstIndex(where: { $0 < 0 || $0 >= classes }) else { return }
    throw DatasetError(
      "\(part.images.fileName): \(location.labels ?? "")"
        + "[\(rows.lowerBound + place - part.rows.lowerBound)]",
      "the label is \(labels[place]), but the model takes labels from 0 to \(classes - 1)",
      advice: "set the model's number of classes to one more than the largest label, or name other "
        + "labels")
  }
}
