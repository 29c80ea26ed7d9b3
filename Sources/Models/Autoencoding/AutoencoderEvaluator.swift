import Autograd
import Layers
import Objectives
import Tensors

/// The loss and the squared error of an autoencoder on clean samples, and the activity of sparse codes.
public final class AutoencoderEvaluator: Evaluator {
  /// The reconstruction's loss, the squared error, the contraction and the magnitude of codes, and with a
  /// sparse code the sum of every unit.
  public let width: Int
  /// Σ (x − x̂)² of a sample.
  public let criterion: EvaluationCriterion? = EvaluationCriterion(
    "squared_error", prefersLess: true)
  private let options: AutoencoderOptions
  private let units: Int
  private let values: TapeFunction

  /// Of a model as its parameters are at each pass.
  public init(_ model: Autoencoder) {
    let options = model.options
    self.options = options
    units = options.sparsity == nil ? 0 : model.codeWidth
    width = 4 + units
    values = TapeFunction(model, width: model.sampleWidth) { recording in
      let context = recording.layers
      let input = recording.samples.affine(1)
      let code = model.encode(input, context)
      let outputs = model.decode(code, context)
      let error = model.squaredError(outputs, recording.samples)
      let loss = model.reconstructionLoss(outputs, recording.samples, squaredError: error)
      let contraction = options.contraction?.rows(
        code, by: input, encoder: model.encoder, context)
      return [loss, error, code.magnitude.rowSums, contraction ?? error.affine(0), code]
    }
  }

  /// Programs read the parameters where they are.
  public func begin() {}

  /// Sums over the shard's samples.
  public func accumulate(
    _ shard: Batch.Shard, split: EvaluationSplit, into sums: UnsafeMutablePointer<Double>
  ) {
    guard shard.rows > 0 else { return }
    let found = values(shard.samples, ids: shard.ids)
    for row in 0..<shard.rows {
      for value in 0..<4 { sums[value] += Double(found[value].pointer[row]) }
      for unit in 0..<units {
        sums[4 + unit] += Double(found[4].pointer[row * units + unit])
      }
    }
  }

  /// Means over samples. The loss has its penalties; that on mean activities is of the whole dataset.
  public func results(
    test: EvaluationSums, train: EvaluationSums?
  ) -> [(name: String, value: Double)] {
    var values = [("loss", loss(test)), ("squared_error", test.mean(1))]
    if options.loss == .bernoulli { values.append(("cross_entropy", test.mean(0))) }
    if let contraction = options.contraction {
      values.append(("contraction", contraction.weight * test.mean(3)))
    }
    if options.sparsity != nil {
      values.append(("mean_activity", test.mean(2) / Double(units)))
    }
    if let train { values.append(("loss_gap", loss(test) - loss(train))) }
    return values
  }

  private func loss(_ sums: EvaluationSums) -> Double {
    var loss = sums.mean(0)
    if let contraction = options.contraction { loss += contraction.weight * sums.mean(3) }
    switch options.sparsity {
    case .magnitude(let weight): loss += weight * sums.mean(2)
    case .divergence(let weight, let target, _):
      let activities = (0..<units).map { sums.mean(4 + $0) }
      loss += weight * Sparsity.divergence(activities, target: target)
    case nil: break
    }
    return loss
  }
}
