import Autograd
import Layers
import Models
import Objectives
import Optimizers

/// How the layers of an autoencoder are trained one by one before all are trained together.
struct AutoencoderPretraining {
  enum Method: String, CaseIterable {
    /// A restricted Boltzmann machine a layer.
    case rbm
    /// An autoencoder of one layer a layer.
    case autoencoder
  }

  let method: Method
  let epochs: Int
  /// Of all layers but a linear code; nil is the run's.
  let optimizer: OptimizerChoice?
  /// Of a machine with linear hidden units, which diverges at the others' rate.
  let codeOptimizer: OptimizerChoice?
  let gibbsSteps: Schedule

  /// Reads the settings under `model.pretraining`.
  init(_ reader: SettingsReader) throws {
    method = try reader.choice("method")
    epochs = try reader.integer("epochs", default: 10, in: 1...1_000_000)
    guard method == .rbm else {
      optimizer =
        reader.has("optimizer")
        ? try OptimizerChoice(reader.section("optimizer")) : reader.notGiven("optimizer")
      (codeOptimizer, gibbsSteps) = (nil, .constant(1))
      return
    }
    gibbsSteps = try reader.schedule("gibbs_steps", default: 1, in: 1...10000)
    optimizer = try OptimizerChoice(
      reader.section("optimizer"), standard: .momentum, learningRate: 0.05)
    codeOptimizer = try OptimizerChoice(
      reader.section("code_optimizer"), standard: .momentum, learningRate: 0.002)
  }

  /// The stages, one a layer.
  func plans(_ layers: [LayerDescription]) -> [StagePlan] {
    layers.enumerated().map { place, layer in
      let isLinear = method == .rbm && layer.activation == .none
      return StagePlan(
        name: "\(method.rawValue)-\(place + 1)", epochs: epochs,
        optimizer: isLinear ? codeOptimizer : optimizer)
    }
  }

  /// Whether layers can be trained so.
  /// - Throws: an error of the settings that names what cannot.
  func check(_ options: AutoencoderOptions, _ settings: SettingsReader) throws {
    guard options.decoder == nil else {
      throw settings.error(
        "is given, but pretraining needs a decoder that mirrors the encoder: leave it out",
        key: "decoder")
    }
    for (place, layer) in options.encoder.enumerated() {
      guard case .dense = layer.kind else {
        throw settings.error(
          "has a layer that is not dense, encoder/\(place); pretraining takes dense layers alone",
          key: "encoder")
      }
      guard layer.hasBias else {
        throw settings.error(
          "has a layer without a bias, encoder/\(place); pretraining gives each layer one: leave "
            + "bias: false out", key: "encoder")
      }
      let isCode = place == options.encoder.count - 1
      let fits =
        layer.activation == .sigmoid
        || (isCode && (layer.activation == .none || method == .autoencoder))
      let needsSigmoid = method == .rbm || options.loss == .bernoulli
      guard fits || !needsSigmoid else {
        throw settings.error(
          "has a layer encoder/\(place) that is not sigmoid; pretraining by \(method.rawValue) with "
            + "loss: \(options.loss.rawValue) takes sigmoid layers"
            + (method == .rbm ? " and a code of sigmoid or none" : " below the code"),
          key: "encoder")
      }
    }
  }
}
