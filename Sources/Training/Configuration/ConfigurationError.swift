/// A configuration that cannot be used: one line with file, line, what is wrong and what to do.
public struct ConfigurationError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The line.
  public let description: String

  /// An error of one line.
  public init(_ description: String) {
    self.description = description
  }
}
