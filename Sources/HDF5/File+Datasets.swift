import CHDF5

extension File {
  /// The absolute paths of all datasets in the file, such as `/train/images`, sorted. `H5Ovisit`
  public func datasetPaths() throws -> [String] {
    try HDF5Queue.sync {
      var names: [String] = []
      try withUnsafeMutablePointer(to: &names) { pointer in
        let code = try sdt_h5_visit_datasets(
          openID(),
          { name, context in
            guard let name else { return }
            let path = "/" + String(cString: name)
            context?.assumingMemoryBound(to: [String].self).pointee.append(path)
          }, pointer)
        try check(code, "cannot list the datasets of '\(self.path)'")
      }
      return names.sorted()
    }
  }

  /// Whether `path` names a dataset (not a group, not nothing).
  public func hasDataset(_ path: String) throws -> Bool {
    try HDF5Queue.sync {
      let id = H5Oopen(try openID(), absolute(path), sdt_h5_default())
      if id < 0 { return false }
      let object = try Handle(id, "")
      return H5Iget_type(object.id) == H5I_DATASET
    }
  }

  /// Opens the dataset at `path`; a leading slash may be left out. An unknown path is an error that
  /// lists the datasets that exist. `H5Dopen2`
  public func dataset(_ path: String) throws -> Dataset {
    try HDF5Queue.sync {
      guard try hasDataset(path) else { throw try missing(path) }
      let id = H5Dopen2(try openID(), absolute(path), sdt_h5_default())
      let handle = try Handle(id, "cannot open dataset '\(path)' of '\(self.path)'")
      return try Dataset(owning: handle, path: absolute(path), file: self)
    }
  }

  private func missing(_ path: String) throws -> HDF5Error {
    let existing = try datasetPaths()
    let list = existing.prefix(20).joined(separator: ", ")
    let rest = existing.count > 20 ? ", and \(existing.count - 20) more" : ""
    let what = existing.isEmpty ? "it has no datasets" : "its datasets are \(list)\(rest)"
    return HDF5Error("no dataset '\(path)' in '\(self.path)': \(what)")
  }

  /// Creates a dataset of fixed `shape`, and the groups above it. `H5Dcreate2`
  ///
  /// - Parameters:
  ///   - path: absolute path; nothing may exist there.
  ///   - shape: lengths of the axes; empty for a scalar.
  ///   - type: type of the elements in the file.
  ///   - chunk: lengths of a chunk, as many as the shape has, or nil for one contiguous piece.
  ///     Lengths beyond those of the shape are cut. An empty dataset is never chunked.
  ///   - deflate: gzip level 0...9, which needs a chunk.
  ///   - shuffle: whether bytes are grouped by significance before they are compressed.
  public func createDataset(
    _ path: String, shape: [Int], type: ElementType, chunk: [Int]? = nil, deflate: Int? = nil,
    shuffle: Bool = false
  ) throws -> Dataset {
    try HDF5Queue.sync {
      let what = "cannot create dataset '\(path)' in '\(self.path)'"
      guard shape.allSatisfy({ $0 >= 0 }) else { throw HDF5Error("\(what): shape \(shape)") }
      let space = try makeSpace(shape)
      let element = try type.fileHandle()
      let creation = try creationProperties(
        shape: shape, chunk: chunk, deflate: deflate, shuffle: shuffle, what)
      let links = try linkProperties()
      let id = H5Dcreate2(
        try openID(), absolute(path), element.id, space.id, links.id, creation.id,
        sdt_h5_default())
      return try Dataset(owning: Handle(id, what), path: absolute(path), file: self)
    }
  }

  /// Creates a dataset and writes `values`, row-major, as many as the `shape` says.
  @discardableResult
  public func write<T: HDF5Element>(
    _ path: String, shape: [Int], values: [T], chunk: [Int]? = nil, deflate: Int? = nil,
    shuffle: Bool = false
  ) throws -> Dataset {
    guard shape.reduce(1, *) == values.count else {
      throw HDF5Error("cannot write '\(path)': \(values.count) values for the shape \(shape)")
    }
    let dataset = try createDataset(
      path, shape: shape, type: T.elementType, chunk: chunk, deflate: deflate, shuffle: shuffle)
    try values.withUnsafeBytes { bytes in
      try dataset.write(rows: 0..<dataset.rowCount, as: T.elementType, from: bytes)
    }
    return dataset
  }
}

/// `path` with a leading slash.
func absolute(_ path: String) -> String {
  path.hasPrefix("/") ? path : "/" + path
}

/// A data space of `shape`; a scalar for an empty shape. `H5Screate_simple`
func makeSpace(_ shape: [Int]) throws -> Handle {
  if shape.isEmpty { return try Handle(H5Screate(H5S_SCALAR), "cannot make a scalar space") }
  let lengths = shape.map { hsize_t($0) }
  return try Handle(
    H5Screate_simple(Int32(shape.count), lengths, nil), "cannot make a space of shape \(shape)")
}

/// Layout and filters of a new dataset. `H5Pset_chunk`, `H5Pset_shuffle`, `H5Pset_deflate`
private func creationProperties(
  shape: [Int], chunk: [Int]?, deflate: Int?, shuffle: Bool, _ what: String
) throws -> Handle {
  let list = try Handle(H5Pcreate(sdt_h5_dataset_create()), what)
  // No time stamps: the same content gives the same bytes.
  try check(H5Pset_obj_track_times(list.id, false), what)
  if shape.contains(0) { return list }
  guard let chunk else {
    if deflate != nil || shuffle { throw HDF5Error("\(what): compression needs a chunk shape") }
    return list
  }
  guard chunk.count == shape.count, chunk.allSatisfy({ $0 > 0 }) else {
    throw HDF5Error("\(what): chunk \(chunk) does not fit the shape \(shape)")
  }
  let lengths = zip(chunk, shape).map { hsize_t(min($0, $1)) }
  try check(H5Pset_chunk(list.id, Int32(chunk.count), lengths), what)
  if shuffle { try check(H5Pset_shuffle(list.id), what) }
  if let deflate { try check(H5Pset_deflate(list.id, UInt32(max(0, deflate))), what) }
  return list
}

/// Names are UTF-8, and missing groups are made. `H5Pset_create_intermediate_group`
private func linkProperties() throws -> Handle {
  let list = try Handle(H5Pcreate(sdt_h5_link_create()), "cannot set up links")
  try check(H5Pset_create_intermediate_group(list.id, 1), "cannot set up links")
  try check(H5Pset_char_encoding(list.id, H5T_CSET_UTF8), "cannot set up links")
  return list
}
