import Tensors

/// SHA-256 over parameters in name order: what two runs have in common when they ended in the same
/// bits.
///
/// For each parameter, by name in byte order: the name in UTF-8 and a zero byte, the number of axes
/// and their sizes as little-endian Int64, the elements as little-endian Float32.
public func parameterDigest(_ sets: [ParameterSet]) -> String {
  var slices: [(name: String, shape: [Int], values: Tensor)] = []
  for set in sets {
    for slice in set.layout.slices { slices.append((slice.name, slice.shape, set[slice.name])) }
  }
  var hash = SHA256()
  for slice in slices.sorted(by: { Array($0.name.utf8).lexicographicallyPrecedes($1.name.utf8) }) {
    hash.update(slice.name + "\0")
    let sizes = ([slice.shape.count] + slice.shape).map { Int64($0).littleEndian }
    sizes.withUnsafeBytes { hash.update($0) }
    hash.update(UnsafeRawBufferPointer(slice.values.buffer))
  }
  return "sha256:\(hash.hex)"
}
