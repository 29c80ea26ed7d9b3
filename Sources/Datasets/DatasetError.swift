/// Data that cannot be used: one line that says which file, what is wrong and what to do.
public struct DatasetError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The line.
  public let description: String

  /// An error of one line.
  public init(_ description: String) {
    self.description = description
  }
}
