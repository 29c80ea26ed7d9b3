import HDF5

/// One array: its header, and its elements to come.
struct NumPyArray {
  let source: any ByteSource
  let target: String
  let header: NPYHeader

  init(_ source: any ByteSource, target: String) throws {
    self.source = source
    self.target = target
    var header = try NPYHeader(readingFrom: source)
    // Keras saves labels as a column [N, 1].
    if target.hasSuffix("/labels"), header.shape.count == 2, header.shape[1] == 1 {
      header.shape.removeLast()
    }
    self.header = header
  }

  func copy(to writer: DatasetWriter) throws {
    if isLabels {
      try copyLabels(to: writer)
    } else if header.type == .int64 {
      try copyNarrowed(to: writer)
    } else {
      let rows = try writer.add(target, shape: header.shape, type: header.type)
      try source.copyRows(rowCount, rowBytes: rowElements * header.type.byteCount, to: rows)
    }
    try source.checkEnd()
  }

  private var isLabels: Bool {
    target.hasSuffix("/labels") && header.shape.count == 1 && header.type == .int64
  }

  private var rowCount: Int { header.shape.first ?? 1 }
  private var rowElements: Int { header.shape.dropFirst().reduce(1, *) }

  private func copyLabels(to writer: DatasetWriter) throws {
    guard rowCount < 1 << 32 else {
      throw DatasetError(source.name, "\(rowCount) labels", advice: "the header is damaged")
    }
    try writer.addLabels(target, int64s(count: rowCount).map { Int($0) })
  }

  private func copyNarrowed(to writer: DatasetWriter) throws {
    let rows = try writer.add(target, shape: header.shape, type: .int32)
    let step = max(1, (1 << 19) / max(1, rowElements))
    for start in stride(from: 0, to: rowCount, by: step) {
      let values = try int64s(count: min(step, rowCount - start) * rowElements)
      let narrow = try values.map { value in
        if let narrow = Int32(exactly: value) { return narrow }
        throw DatasetError(
          source.name, "\(value) does not fit 32 bits", advice: "save it as float32 or float64")
      }
      try narrow.withUnsafeBytes { try rows.append($0) }
    }
  }

  private func int64s(count: Int) throws -> [Int64] {
    try [Int64](unsafeUninitializedCapacity: count) { buffer, done in
      let bytes = UnsafeMutableRawBufferPointer(buffer)
      try source.readExactly(
        UnsafeMutableRawBufferPointer(rebasing: bytes[..<(count * 8)]), "the array")
      done = count
    }
  }
}
