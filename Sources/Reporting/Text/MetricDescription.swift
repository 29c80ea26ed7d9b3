/// What a metric's name stands for: one place for reports and documentation.
public struct MetricDescription: Sendable, Equatable {
  /// Which values are better.
  public enum Preference: Sendable {
    /// Errors and losses.
    case lower
    /// Likelihoods.
    case higher
    /// Neither is better as such.
    case none
  }

  /// The key in `metrics.jsonl`.
  public let name: String
  /// The unit, such as `nats`; empty where a value is a plain number of the model's own scale.
  public let unit: String
  /// What it is, in a sentence without its full stop.
  public let meaning: String
  /// Which values are better.
  public let better: Preference

  init(_ name: String, _ unit: String, _ better: Preference, _ meaning: String) {
    (self.name, self.unit, self.better, self.meaning) = (name, unit, better, meaning)
  }

  /// The description of a metric; nil where none is known.
  public static func of(_ name: String) -> MetricDescription? { byName[name] }

  /// A reason to name one twice there is none: the first stays.
  private static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }
}
