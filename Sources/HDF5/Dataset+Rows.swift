import CHDF5

extension Dataset {
  /// Reads `rows` (all other axes whole) into `buffer`, row-major, converted to `type`.
  /// `H5Sselect_hyperslab`, `H5Dread`
  ///
  /// The library converts numbers: a value beyond the range of `type` is clipped to it.
  /// Throws for rows that do not exist, elements that are no numbers, and a buffer that is too
  /// small; a longer buffer keeps its end.
  public func read(
    rows: Range<Int>, as type: ElementType, into buffer: UnsafeMutableRawBufferPointer
  ) throws {
    try checkAccess(rows, type, bytes: buffer.count)
    if rows.isEmpty || rowElementCount == 0 { return }
    try HDF5Queue.sync {
      let transfer = try RowTransfer(self, type)
      try transfer.read(rows, into: buffer.baseAddress!)
    }
  }

  /// Reads the rows of `rowList`, in any order, into `buffer`: row `i` of the buffer gets row
  /// `rowList[i]` of the dataset. Conversion and errors as in `read(rows:as:into:)`.
  ///
  /// The file is read in ascending order, and consecutive rows in one piece.
  public func read(
    rowList: [Int], as type: ElementType, into buffer: UnsafeMutableRawBufferPointer
  ) throws {
    guard let low = rowList.min(), let high = rowList.max() else { return }
    try checkAccess(low..<high + 1, type, bytes: .max)
    let rowBytes = rowElementCount * type.byteCount
    try checkSize(rowList.count * rowBytes, bytes: buffer.count)
    if rowBytes == 0 { return }
    try HDF5Queue.sync {
      let transfer = try RowTransfer(self, type)
      for run in runs(of: rowList) {
        try transfer.read(run.rows, into: buffer.baseAddress! + run.slot * rowBytes)
      }
    }
  }

  /// Writes `rows` (all other axes whole) from `buffer`, row-major numbers of `type`, converted to
  /// the type in the file. `H5Sselect_hyperslab`, `H5Dwrite`
  public func write(
    rows: Range<Int>, as type: ElementType, from buffer: UnsafeRawBufferPointer
  ) throws {
    try checkAccess(rows, type, bytes: buffer.count)
    if rows.isEmpty || rowElementCount == 0 { return }
    try HDF5Queue.sync {
      let transfer = try RowTransfer(self, type)
      try transfer.write(rows, from: buffer.baseAddress!)
    }
  }

  /// All elements, row-major, converted to `T`.
  public func readAll<T: HDF5Element>(as: T.Type) throws -> [T] {
    try [T](unsafeUninitializedCapacity: elementCount) { buffer, count in
      try read(
        rows: 0..<rowCount, as: T.elementType, into: UnsafeMutableRawBufferPointer(buffer))
      count = elementCount
    }
  }

  private func checkAccess(_ rows: Range<Int>, _ type: ElementType, bytes: Int) throws {
    if case .other(let what) = elementType {
      throw HDF5Error("\(name) holds no numbers but elements of type \(what)")
    }
    if case .other(let what) = type {
      throw HDF5Error("\(name) cannot be converted to type \(what)")
    }
    guard rows.lowerBound >= 0, rows.upperBound <= rowCount else {
      throw HDF5Error("\(name) has \(rowCount) rows, no rows \(rows)")
    }
    try checkSize(rows.count * rowElementCount * type.byteCount, bytes: bytes)
  }

  private func checkSize(_ needed: Int, bytes: Int) throws {
    if bytes >= needed { return }
    throw HDF5Error("rows of \(name) take \(needed) bytes, and the buffer has \(bytes)")
  }
}

/// The pieces in which to read `list`: ascending in the file, each a run of consecutive rows that
/// goes to consecutive slots of the buffer.
func runs(of list: [Int]) -> [(rows: Range<Int>, slot: Int)] {
  let isAscending = zip(list, list.dropFirst()).allSatisfy { $0 < $1 }
  let slots = isAscending ? Array(list.indices) : list.indices.sorted { list[$0] < list[$1] }
  var result: [(rows: Range<Int>, slot: Int)] = []
  for slot in slots {
    let row = list[slot]
    if let last = result.last, last.rows.upperBound == row, last.slot + last.rows.count == slot {
      result[result.count - 1].rows = last.rows.lowerBound..<row + 1
    } else {
      result.append((row..<row + 1, slot))
    }
  }
  return result
}

/// What several transfers of rows of one dataset share. Use on the queue only.
private struct RowTransfer: ~Copyable {
  let dataset: Dataset
  let type: Handle
  let space: Handle

  init(_ dataset: Dataset, _ type: ElementType) throws {
    _ = try dataset.file.openID()
    let type = try type.memoryHandle()
    let space = try Handle(H5Dget_space(dataset.handle.id), "cannot read \(dataset.name)")
    self.dataset = dataset
    self.type = type
    self.space = space
  }

  func read(_ rows: Range<Int>, into target: UnsafeMutableRawPointer) throws {
    let memory = try select(rows)
    try check(
      H5Dread(dataset.handle.id, type.id, memory.id, space.id, sdt_h5_default(), target),
      "cannot read rows \(rows) of \(dataset.name)")
  }

  func write(_ rows: Range<Int>, from source: UnsafeRawPointer) throws {
    let memory = try select(rows)
    try check(
      H5Dwrite(dataset.handle.id, type.id, memory.id, space.id, sdt_h5_default(), source),
      "cannot write rows \(rows) of \(dataset.name)")
  }

  /// Selects `rows` in the file; returns the matching space in memory.
  private func select(_ rows: Range<Int>) throws -> Handle {
    if dataset.shape.isEmpty { return try makeSpace([]) }
    var start = [hsize_t](repeating: 0, count: dataset.shape.count)
    var count = dataset.shape.map { hsize_t($0) }
    start[0] = hsize_t(rows.lowerBound)
    count[0] = hsize_t(rows.count)
    try check(
      H5Sselect_hyperslab(space.id, H5S_SELECT_SET, start, nil, count, nil),
      "cannot select rows \(rows) of \(dataset.name)")
    return try makeSpace([rows.count * dataset.rowElementCount])
  }
}
