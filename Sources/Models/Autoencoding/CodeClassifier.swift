import Autograd
import Layers
import Objectives
import Tensors

/// A softmax layer on the code of an encoder, both trained by labels: discriminative fine-tuning.
///
/// Source: Hinton and Salakhutdinov, 2006; Vincent et al., 2010, section 4.
public final class CodeClassifier: TapeModel {
  /// The encoder's parameters, and those of the layer on top.
  public let parameters: ParameterSet
  /// The running statistics of batch norms.
  public let states: LayerStates
  /// The number of values of a sample.
  public let sampleWidth: Int
  /// Cross-entropy in nats, and the percentage of samples whose likeliest class is another.
  public let metrics = ["cross_entropy", "error"]
  /// The number of values of a code.
  public let codeWidth: Int
  /// The number of classes.
  public var classes: Int { top.outputs }
  private let encoder: Sequential
  private let top: Dense

  /// A classifier on an encoder with its first weights.
  /// - Parameters:
  ///   - normalization: what batch norm takes in evaluation.
  ///   - firstNumber: where the numbers begin that tell the first weights' random draws from those of
  ///     other models of a run.
  public init(
    _ encoder: Sequential, classes: Int, seed: UInt64, firstNumber: Int = 0,
    normalization: NormalizationStatistics = .running
  ) {
    self.encoder = encoder
    sampleWidth = encoder.inputShape.reduce(1, *)
    codeWidth = encoder.outputShape.reduce(1, *)
    top = Dense(
      name: "classifier", inputs: codeWidth, outputs: classes, initializer: .constant(0))
    parameters = ParameterSet(encoder.layers + [top], seed: seed, firstNumber: firstNumber)
    states = LayerStates(encoder.layers, source: normalization)
  }

  /// A classifier that takes over an autoencoder's encoder with its parameters and statistics as they are.
  public convenience init(
    _ autoencoder: Autoencoder, classes: Int, seed: UInt64, firstNumber: Int
  ) {
    self.init(
      autoencoder.encoder, classes: classes, seed: seed, firstNumber: firstNumber,
      normalization: autoencoder.options.normalization)
    take(autoencoder.parameters, into: parameters)
    take(autoencoder.states.running, into: states.running)
  }

  private func take(_ other: ParameterSet, into own: ParameterSet) {
    for slice in own.layout.slices where other.layout[slice.name] != nil {
      own[slice.name].assign(other[slice.name])
    }
  }

  /// The encoder's dense layers, in order.
  var denseLayers: [Dense] { encoder.layers.compactMap { $0 as? Dense } }

  /// Cross-entropy and errors of the labels, summed over samples.
  public func loss(_ recording: Recording) -> [Variable] {
    Array(lossAndLogits(recording).prefix(2))
  }

  /// The same, and the logits [rows, classes].
  func lossAndLogits(_ recording: Recording) -> [Variable] {
    let logits = self.logits(recording)
    return [
      logits.softmaxCrossEntropy(recording.labels).total,
      errors(logits, recording.labels).total, logits,
    ]
  }

  func logits(_ recording: Recording) -> Variable {
    top.record(encoder.apply(recording.samples, recording.layers), recording.layers)
  }

  /// The codes of samples, [rows, code].
  public func codes(_ recording: Recording) -> Variable {
    encoder.apply(recording.samples, recording.layers).reshaped([recording.rows, codeWidth])
  }

  /// The weights of the first layer, where it is dense.
  public var filters: Picture? { firstFilters(encoder, parameters) }

  /// 100 of a sample whose label is not the likeliest class, else 0: [rows, 1].
  func errors(_ logits: Variable, _ labels: Variable) -> Variable {
    let right = logits.maximumMask(axis: 1) * labels.oneHot(classes: logits.shape[1])
    return right.rowSums.affine(-100, 100)
  }
}
