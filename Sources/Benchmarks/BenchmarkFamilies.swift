import Autograd
import Layers
import Models
import Objectives
import Tensors
import Training

/// An LSTM of 256 units over the 28 rows of an image, whose outputs are rows again.
struct RowLSTMFamily: ModelFamily {
  static let name = "bench-lstm"
  init(_ settings: SettingsReader) throws {}

  func stage(_ index: Int, _ context: StageContext) throws -> Stage {
    // Rows of images are steps.
    try .benchmark(
      Sequential(
        [
          Recurrent(name: "lstm", kind: .lstm, inputs: 28, hidden: 256),
          RowDense(name: "outputs", inputs: 256, outputs: 28),
        ], input: [28, 28]), context)
  }
}

/// A dense layer of the last axis alone.
private struct RowDense: Layer {
  let dense: Dense
  var name: String { dense.name }

  init(name: String, inputs: Int, outputs: Int) {
    dense = Dense(name: name, inputs: inputs, outputs: outputs)
  }

  var parameters: [LayerParameter] { dense.parameters }

  func outputShape(_ input: [Int]) throws -> [Int] { input.dropLast() + [dense.outputs] }

  func apply(_ x: Variable, _ context: LayerContext) -> Variable {
    x.dense(context.parameter(dense, "weights"), context.parameter(dense, "bias"))
  }
}

/// What reconstructs its samples through layers.
private final class Reconstruction: TapeModel {
  let parameters: ParameterSet
  let metrics = ["loss"]
  let sampleWidth: Int
  private let layers: Sequential

  init(_ layers: Sequential, seed: UInt64) {
    self.layers = layers
    sampleWidth = layers.inputShape.reduce(1, *)
    parameters = ParameterSet(layers.layers, seed: seed)
  }

  func loss(_ recording: Recording) -> [Variable] {
    let logits = layers.apply(recording.samples, LayerContext(parameters: recording.parameters))
    let error = logits.reshaped([recording.rows, sampleWidth])
      .bernoulliCrossEntropyRows(recording.samples)
    return [error.total]
  }
}

extension Stage {
  /// Training alone.
  fileprivate static func benchmark(_ layers: Sequential, _ context: StageContext) -> Stage {
    let model = Reconstruction(layers, seed: context.seed)
    return Stage(name: "benchmark", objective: TapeObjective(model, seed: context.seed))
  }
}
