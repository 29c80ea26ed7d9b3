import Foundation

/// Reads a text file line by line, in memory that does not grow with the file.
struct LineReader: ~Copyable {
  private let file: UnsafeMutablePointer<FILE>
  private var buffer: UnsafeMutablePointer<CChar>?
  private var capacity = 0

  /// C: `fopen`.
  init(path: String) throws(FileError) {
    guard let file = fopen(path, "re") else { throw FileError(path: path, errno: errno) }
    self.file = file
  }

  deinit {
    free(buffer)
    fclose(file)
  }

  /// The bytes of the next line, without its line break; `isTorn` where the file ends without one.
  /// `nil` at the end. C: `getline`.
  mutating func next() -> (bytes: [UInt8], isTorn: Bool)? {
    let count = getline(&buffer, &capacity, file)
    guard count > 0, let buffer else { return nil }
    let bytes = UnsafeRawBufferPointer(start: buffer, count: count)
    let isTorn = bytes.last != UInt8(ascii: "\n")
    return (Array(isTorn ? bytes[...] : bytes.dropLast()), isTorn)
  }
}
