import CZlib

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Bytes that are read once, from the first to the last.
protocol ByteSource: AnyObject {
  /// The file, for error messages.
  var name: String { get }

  /// Fills `buffer` from its start; fewer bytes than it holds mean that the end is reached.
  /// Throws `DatasetError` when the bytes are damaged.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

extension ByteSource {
  /// Fills all of `buffer`, or throws that the file ends too early, naming `what` was being read.
  func readExactly(_ buffer: UnsafeMutableRawBufferPointer, _ what: String) throws {
    let count = try read(into: buffer)
    if count == buffer.count { return }
    throw DatasetError(
      name, "the file ends inside \(what): \(count) of \(buffer.count) bytes are left",
      advice: "it is cut off; fetch it again")
  }

  /// The next `count` bytes.
  func bytes(_ count: Int, _ what: String) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try bytes.withUnsafeMutableBytes { try readExactly($0, what) }
    return bytes
  }

  /// Throws unless everything has been read.
  func checkEnd() throws {
    var byte: UInt8 = 0
    let count = try withUnsafeMutableBytes(of: &byte) { try read(into: $0) }
    if count == 0 { return }
    throw DatasetError(name, "the file is longer than its header says", advice: "fetch it again")
  }

  /// Copies `rowCount` rows of `rowBytes` bytes to `writer`, changing each piece by `convert`.
  func copyRows(
    _ rowCount: Int, rowBytes: Int, to writer: RowWriter,
    _ convert: (UnsafeMutableRawBufferPointer) -> Void = { _ in }
  ) throws {
    let step = max(1, (4 << 20) / max(1, rowBytes))
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: min(step, rowCount) * rowBytes, alignment: 16)
    defer { buffer.deallocate() }
    for start in stride(from: 0, to: rowCount, by: step) {
      let piece = UnsafeMutableRawBufferPointer(
        rebasing: buffer[..<(min(step, rowCount - start) * rowBytes)])
      try readExactly(piece, "the rows from \(start)")
      convert(piece)
      try writer.append(UnsafeRawBufferPointer(piece))
    }
  }
}

/// A file on disk, gzipped or not. `gzopen`, `gzread`
final class FileSource: ByteSource {
  let name: String
  private let file: gzFile

  /// Opens `path`; throws `DatasetError` when it cannot be read.
  init(_ path: String) throws {
    name = path
    guard let file = gzopen(path, "rb") else {
      throw DatasetError(path, "cannot open it: \(String(cString: strerror(errno)))")
    }
    self.file = file
    gzbuffer(file, 1 << 18)
  }

  deinit {
    gzclose(file)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var done = 0
    while done < buffer.count {
      let wanted = UInt32(min(buffer.count - done, 1 << 30))
      let count = gzread(file, buffer.baseAddress! + done, wanted)
      if count < 0 { throw DatasetError(name, "damaged: \(reason())", advice: "fetch it again") }
      if count == 0 { break }
      done += Int(count)
    }
    // A gzip file that is cut off ends without its check sum, which only the error code tells.
    var code: Int32 = 0
    _ = gzerror(file, &code)
    if code < 0 { throw DatasetError(name, "damaged: \(reason())", advice: "fetch it again") }
    return done
  }

  private func reason() -> String {
    var code: Int32 = 0
    guard let text = gzerror(file, &code) else { return "error \(code)" }
    return code == Z_ERRNO ? String(cString: strerror(errno)) : String(cString: text)
  }
}
