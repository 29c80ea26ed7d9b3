import Reporting

/// Something for TensorBoard to show.
public struct LoggedEvent: Sendable {
  /// What it is.
  public enum Content: Sendable {
    /// Numbers, each with the tag of its curve. Stored as Float32.
    case scalars([(tag: String, value: Double)])
    /// A PNG file, read when it is written to the event file. One that is gone is left out.
    case picture(tag: String, path: String)
    /// How numbers are distributed.
    case histogram(tag: String, Histogram)
    /// A text, in Markdown.
    case text(tag: String, String)
    /// The hyper-parameters that the run's session has.
    case sessionStart([(name: String, value: HyperParameter)])
  }

  /// Updates since the start of the run.
  public let step: Int
  /// Unix seconds.
  public let time: Double
  /// What it is.
  public let content: Content

  /// An event.
  public init(step: Int, time: Double, _ content: Content) {
    (self.step, self.time, self.content) = (step, time, content)
  }
}

/// A value that runs may differ in.
public enum HyperParameter: Equatable, Sendable {
  /// A number.
  case number(Double)
  /// True or false.
  case flag(Bool)
  /// A word.
  case text(String)

  /// What a word of a configuration stands for.
  public init(_ word: String) {
    switch word {
    case "true": self = .flag(true)
    case "false": self = .flag(false)
    default: self = Double(word).flatMap { $0.isFinite ? .number($0) : nil } ?? .text(word)
    }
  }
}

/// How a run ended, for the table of hyper-parameters.
public enum SessionEnd: Sendable {
  /// It is done.
  case success
  /// It failed.
  case failure
}
