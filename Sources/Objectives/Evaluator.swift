import Tensors

/// Measures a model on a dataset: sums over samples, each sample once, over all ranks.
public protocol Evaluator: AnyObject {
  /// The number of sums a sample adds to.
  var width: Int { get }
  /// The value that says which of two models is better; the best one's checkpoint is kept.
  var criterion: EvaluationCriterion? { get }

  /// Prepares for the parameters as they are now; called before a pass over data.
  func begin()

  /// Adds the sums of a shard's samples.
  /// - Parameters:
  ///   - split: which data the samples are from; some sums are wanted of one alone.
  ///   - sums: [width].
  func accumulate(
    _ shard: Batch.Shard, split: EvaluationSplit, into sums: UnsafeMutablePointer<Double>)

  /// Makes named values of sums over all shards. Which names there are does not depend on the sums.
  /// - Parameters:
  ///   - test: sums over the test set, and the number of samples.
  ///   - train: the same over as many training samples, or nil.
  func results(test: EvaluationSums, train: EvaluationSums?) -> [(name: String, value: Double)]

  /// The names of the values that `conclude` gives after those of `results`.
  var concludedNames: [String] { get }

  /// All values, with those that ranks have to compute together once the sums are there, such as a
  /// partition function. Every rank calls this together, after a pass over both splits.
  /// - Returns: the same bits on every rank.
  func conclude(
    test: EvaluationSums, train: EvaluationSums?, across: any GlobalGather
  ) throws -> [(name: String, value: Double)]

  /// What a person should know of the last conclusion, one line each; the same on every rank.
  var notes: [String] { get }

  /// Counts of the last conclusion, made of its sums: the same on every rank.
  var tables: [EvaluationTable] { get }
}

extension Evaluator {
  /// None.
  public var concludedNames: [String] { [] }
  /// What follows from the sums alone.
  public func conclude(
    test: EvaluationSums, train: EvaluationSums?, across: any GlobalGather
  ) throws -> [(name: String, value: Double)] {
    results(test: test, train: train)
  }
  /// None.
  public var notes: [String] { [] }
  /// None.
  public var tables: [EvaluationTable] { [] }
}

/// What makes a model better than another.
public struct EvaluationCriterion: Sendable {
  /// The name of the value.
  public let name: String
  /// Whether less of it is better.
  public let prefersLess: Bool

  /// A criterion.
  public init(_ name: String, prefersLess: Bool) {
    self.name = name
    self.prefersLess = prefersLess
  }

  /// Whether a value is better than another; not a number never is.
  public func prefers(_ value: Double, to other: Double) -> Bool {
    prefersLess ? value < other : value > other
  }
}

/// The data an evaluation looks at.
public enum EvaluationSplit: Sendable {
  /// The exact test set.
  case test
  /// About as many training samples, to compare with.
  case train
}

/// Sums over samples, and their number.
public struct EvaluationSums: Sendable {
  /// [width].
  public let sums: [Double]
  /// The number of samples.
  public let count: Int

  /// Sums over `count` samples.
  public init(sums: [Double], count: Int) {
    self.sums = sums
    self.count = count
  }

  /// The mean of one of the values.
  public func mean(_ index: Int) -> Double { sums[index] / Double(count) }
}
