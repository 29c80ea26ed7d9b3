/// A PNG file that could not be read or written.
public struct PNGError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file, as it was named by the caller.
  public let path: String
  /// What went wrong: libpng's own message, or the system's where the file itself was the trouble.
  public let message: String

  /// Creates an error about one file.
  public init(path: String, message: String) {
    self.path = path
    self.message = message
  }

  /// One line, whatever the path contains.
  public var description: String {
    let line = "\(path): \(message)"
    return String(line.map { $0.isNewline ? " " : $0 })
  }
}
