/// A launch that cannot be written or started as wished: one line that says what is wrong, where,
/// and what to do.
public struct LaunchError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The line.
  public let description: String

  /// An error of one line.
  public init(_ description: String) {
    self.description = description
  }
}
