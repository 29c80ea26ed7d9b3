/// Data that cannot be used, in one line: the file, what is wrong with it, what to do.
public struct DatasetError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The file or folder that was read.
  public let file: String
  /// What is wrong, with the place inside the file where that helps.
  public let problem: String
  /// What to do about it; may be empty.
  public let advice: String

  /// An error about `file`.
  public init(_ file: String, _ problem: String, advice: String = "") {
    self.file = file
    self.problem = problem
    self.advice = advice
  }

  /// `file: problem; advice`, without line breaks.
  public var description: String {
    let line = "\(file): \(problem)" + (advice.isEmpty ? "" : "; \(advice)")
    return String(line.map { $0.isNewline ? " " : $0 })
  }
}
