import Autograd
import Objectives
import Tensors

/// Cross-entropy and error of a classifier on a code; samples without labels do not belong.
public final class CodeClassifierEvaluator: Evaluator {
  /// Cross-entropy and error; behind them, of test samples, how often a class is taken for another.
  public var width: Int { confusion.width }
  /// The percentage of samples whose likeliest class is another.
  public let criterion: EvaluationCriterion? = EvaluationCriterion("error", prefersLess: true)
  /// What test samples of each class are taken for.
  public private(set) var tables: [EvaluationTable] = []
  private let confusion: ConfusionCounts
  private let values: TapeFunction

  /// Of a model as its parameters are at each pass.
  public init(_ model: CodeClassifier) {
    confusion = ConfusionCounts(classes: model.classes, behind: 2)
    values = TapeFunction(model, width: model.sampleWidth) { model.lossAndLogits($0) }
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
    if split == .test { count(shard, found[2], sums) }
  }

  /// - Parameter logits: [rows, classes].
  private func count(
    _ shard: Batch.Shard, _ logits: Tensor, _ sums: UnsafeMutablePointer<Double>
  ) {
    let classes = confusion.classes
    guard classes > 0 else { return }
    for row in 0..<shard.rows {
      let scores = UnsafeBufferPointer(start: logits.pointer + row * classes, count: classes)
      guard let best = scores.max(), let guess = scores.firstIndex(of: best) else { continue }
      confusion.add(label: Int(shard.labels[row]), guess: guess, to: sums)
    }
  }

  /// Means over samples.
  public func results(
    test: EvaluationSums, train: EvaluationSums?
  ) -> [(name: String, value: Double)] {
    tables = confusion.table(test).map { [$0] } ?? []
    var values = [("error", test.mean(1)), ("cross_entropy", test.mean(0))]
    if let train {
      values.append(("cross_entropy_gap", test.mean(0) - train.mean(0)))
    }
    return values
  }
}
