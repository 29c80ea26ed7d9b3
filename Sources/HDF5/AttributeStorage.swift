import CHDF5

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// How attributes lie in the file. All of this runs on the queue.

extension File {
  func cannotWrite(_ name: String, _ path: String) -> String {
    "cannot write attribute '\(name)' of '\(path)' in '\(self.path)'"
  }

  func cannotRead(_ name: String, _ path: String) -> String {
    "cannot read attribute '\(name)' of '\(path)' in '\(self.path)'"
  }

  func wrongKind(_ name: String, _ path: String, _ wanted: String) -> HDF5Error {
    HDF5Error("attribute '\(name)' of '\(path)' in '\(self.path)' is not \(wanted)")
  }

  /// A new attribute of the file type `type`; an old one of that name goes. `H5Acreate_by_name`
  func createAttribute(
    _ name: String, _ type: hid_t, shape: [Int], on path: String
  ) throws -> Handle {
    let file = try openID()
    if H5Aexists_by_name(file, path, name, sdt_h5_default()) > 0 {
      try check(
        H5Adelete_by_name(file, path, name, sdt_h5_default()), cannotWrite(name, path))
    }
    let space = try makeSpace(shape)
    let id = H5Acreate_by_name(
      file, path, name, type, space.id, sdt_h5_default(), sdt_h5_default(), sdt_h5_default())
    return try Handle(id, cannotWrite(name, path))
  }

  /// The attribute, or nil when the object has none of that name. `H5Aopen_by_name`
  func openAttribute(_ name: String, on path: String) throws -> Handle? {
    let file = try openID()
    let exists = try check(
      H5Aexists_by_name(file, path, name, sdt_h5_default()), cannotRead(name, path))
    if exists == 0 { return nil }
    let id = H5Aopen_by_name(file, path, name, sdt_h5_default(), sdt_h5_default())
    return try Handle(id, cannotRead(name, path))
  }

  /// Writes `strings` as variable-length UTF-8, which has no limit of length.
  func writeStrings(_ name: String, _ strings: [String], shape: [Int], on path: String) throws {
    try HDF5Queue.sync {
      let type = try stringType()
      let attribute = try createAttribute(name, type.id, shape: shape, on: path)
      if strings.isEmpty { return }
      let copies = strings.map { strdup($0) }
      defer { copies.forEach { free($0) } }
      try check(H5Awrite(attribute.id, type.id, copies), cannotWrite(name, path))
    }
  }
}

/// Variable-length UTF-8. `H5Tset_size`, `H5Tset_cset`
private func stringType() throws -> Handle {
  let type = try Handle(H5Tcopy(sdt_h5_c_string()), "cannot make a string type")
  try check(H5Tset_size(type.id, sdt_h5_variable()), "cannot make a string type")
  try check(H5Tset_cset(type.id, H5T_CSET_UTF8), "cannot make a string type")
  return type
}

/// The element type of a single number in the attribute; nil when it is something else.
func numberType(of attribute: hid_t) throws -> ElementType? {
  let space = try Handle(H5Aget_space(attribute), "cannot read an attribute")
  guard H5Sget_simple_extent_npoints(space.id) == 1 else { return nil }
  let type = try Handle(H5Aget_type(attribute), "cannot read an attribute")
  let element = try ElementType(describing: type.id)
  return ElementType.numbers.contains(element) ? element : nil
}

/// `count` variable-length strings. The library allocates them, and frees them. `H5Dvlen_reclaim`
func readVariable(
  _ attribute: hid_t, _ type: hid_t, _ space: hid_t, _ count: Int, _ what: String
) throws -> [String] {
  var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
  try check(H5Aread(attribute, type, &pointers), what)
  let strings = pointers.map { $0.map { String(cString: $0) } ?? "" }
  try check(H5Dvlen_reclaim(type, space, sdt_h5_default(), &pointers), what)
  return strings
}

/// `count` strings of one fixed length, padded with zeros or blanks.
func readFixed(_ attribute: hid_t, _ type: hid_t, _ count: Int, _ what: String) throws -> [String] {
  let length = H5Tget_size(type)
  let padsWithBlanks = H5Tget_strpad(type) == H5T_STR_SPACEPAD
  var bytes = [UInt8](repeating: 0, count: length * count)
  try check(H5Aread(attribute, type, &bytes), what)
  return (0..<count).map { index in
    var text = bytes[index * length..<(index + 1) * length].prefix { $0 != 0 }
    while padsWithBlanks, text.last == 0x20 { text.removeLast() }
    return String(decoding: text, as: UTF8.self)
  }
}
