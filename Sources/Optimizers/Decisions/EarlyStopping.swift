/// Ends a stage when its evaluations have not become better for some time: decided from the
/// evaluations alone.
public struct EarlyStopping: Sendable, Equatable {
  /// The number of evaluations in a row without a new best that end the stage, at least one.
  public var patience: Int
  /// Whether less of the value is better.
  public var prefersLess: Bool

  /// A rule.
  public init(patience: Int, prefersLess: Bool = true) {
    self.patience = patience
    self.prefersLess = prefersLess
  }

  /// Whether the stage ends after these evaluations.
  public func stops(after values: [Double]) -> Bool {
    let losses = values.map { loss($0, prefersLess: prefersLess) }
    // The first of equal values counts: to be as good as before is no progress.
    guard let best = losses.min(), let place = losses.firstIndex(of: best) else { return false }
    return losses.count - 1 - place >= max(patience, 1)
  }
}
