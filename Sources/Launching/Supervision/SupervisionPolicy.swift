/// When a supervisor starts a run again, and how patient it is.
public struct SupervisionPolicy: Sendable, Equatable {
  /// The most restarts.
  public var maxRestarts: Int
  /// So many failures running without a newer checkpoint end the supervision; at least 1.
  public var stuckLimit: Int
  /// Seconds that the launcher has to end by itself after a rank has written that the run failed.
  public var grace: Double
  /// Seconds that a host has to answer.
  public var hostTimeout: Double
  /// Seconds before the first restart after progress. It doubles with each failure without any.
  public var firstDelay: Double
  /// The longest time before a restart, in seconds.
  public var longestDelay: Double

  /// A policy.
  /// - Throws: `LaunchError` when a number is out of its range.
  public init(
    maxRestarts: Int, stuckLimit: Int = 2, grace: Double = 15, hostTimeout: Double = 10,
    firstDelay: Double = 1, longestDelay: Double = 60
  ) throws {
    (self.maxRestarts, self.stuckLimit, self.grace) = (maxRestarts, stuckLimit, grace)
    (self.hostTimeout, self.firstDelay) = (hostTimeout, firstDelay)
    self.longestDelay = max(longestDelay, firstDelay)
    try Self.check("--max-restarts", Double(maxRestarts), 0...1_000_000)
    try Self.check("--max-stuck", Double(stuckLimit), 1...1_000_000)
    try Self.check("--grace", grace, 0...86400)
    try Self.check("--host-timeout", hostTimeout, 1...3600)
    try Self.check("--restart-delay", firstDelay, 0...86400)
  }

  private static func check(
    _ option: String, _ value: Double, _ range: ClosedRange<Double>
  ) throws {
    guard range.contains(value) else {
      throw LaunchError(
        "\(option) is \(number(value)) but must be from \(number(range.lowerBound)) to "
          + "\(number(range.upperBound))")
    }
  }
}

/// A number as people write it: `15`, not `15.0`.
func number(_ value: Double) -> String {
  value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
}
