import Foundation

/// A file of a run that could not be read or written.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// What went wrong.
  public let message: String

  /// An error of a file, in words.
  public init(path: String, message: String) {
    self.path = path
    self.message = message
  }

  /// The error that the last system call left in `errno`.
  public init(path: String, errno number: Int32) {
    self.init(path: path, message: String(cString: strerror(number)))
  }

  /// One line with the file and the trouble.
  public var description: String { "\(path): \(message)" }
}
