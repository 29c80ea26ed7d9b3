import Autograd
import Objectives
import Tensors

/// Cross-entropy and error of a classifier on a code; samples without labels do not belong.
public final class CodeClassifierEvaluator: Evaluator {
  /// Cross-entropy and error.
  public let width = 2
  /// The percentage of samples whose likeliest class is another.
  public let criterion: EvaluationCriterion? = EvaluationCriterion("error", prefersLess: true)
  private let values: TapeFunction

  /// Of a model as its parameters are at each pass.
  public init(_ model: CodeClassifier) {
    values = TapeFunction(model, width: model.sampleWidth) { model.loss($0) }
  }

  /// Programs read the parameters where they are.
  public func begin() {}

  /// Sums over the shard's samples.
  public func accumulate(
    _ shard: Batch.Shard, split: EvaluationSplit, into sums: UnsafeMutablePointer<Double>
  ) {
    guard shard.rows > 0 else { return }
    let found = values(shard.samples, ids: shard.ids, labels: shard.labels)
    for value in 0..<2 { sums[value] += Double(found[value].pointer[0]) }
  }

  /// Means over samples.
  public func results(
    test: EvaluationSums, train: EvaluationSums?
  ) -> [(name: String, value: Double)] {
    var values = [("error", test.mean(1)), ("cross_entropy", test.mean(0))]
    if let train {
      values.append(("cross_entropy_gap", test.mean(0) - train.mean(0)))
    }
    return values
  }
}
