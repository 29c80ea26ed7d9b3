import Tensors

/// The end of a checkpoint's file: a mark, and the SHA-256 of all bytes before it.
///
/// It is checked before the HDF5 library sees the file, which must not meet damage in what describes
/// the data: a wrong bit there can mean any size. The library takes no notice of what follows its
/// own end of the file, so any HDF5 tool reads a sealed checkpoint.
enum Seal {
  /// What the end of a file tells.
  enum State {
    case whole, broken, missing
  }

  private static let mark = Array("\nsdt-sha256:".utf8)
  private static let length = mark.count + 64

  /// The bytes with their seal behind them.
  static func sealed(_ bytes: [UInt8]) -> [UInt8] {
    bytes + mark + digest(bytes[...])
  }

  /// Looks for the seal.
  static func state(of bytes: [UInt8]) -> State {
    guard bytes.count >= length, bytes.suffix(length).starts(with: mark) else { return .missing }
    return Array(bytes.suffix(64)) == digest(bytes.dropLast(length)) ? .whole : .broken
  }

  private static func digest(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.update($0) }
    return Array(hash.hex.utf8)
  }
}
