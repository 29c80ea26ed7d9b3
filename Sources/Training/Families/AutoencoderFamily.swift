import Autograd
import Datasets
import Layers
import Models
import Objectives
import Tensors

/// `family: autoencoder`: an autoencoder, perhaps trained layer by layer first, fine-tuned to reconstruct
/// or to classify.
struct AutoencoderFamily: ModelFamily {
  static let name = "autoencoder"

  private enum FineTuning: String, CaseIterable { case reconstruction, classification }

  let classes: Int?
  let curriculum: [StagePlan]
  private let options: AutoencoderOptions
  private let pretraining: AutoencoderPretraining?

  init(_ settings: SettingsReader) throws {
    let options = try AutoencoderOptions(settings)
    self.options = options
    let fineTuning: FineTuning = try settings.choice("objective", default: .reconstruction)
    classes =
      fineTuning == .classification
      ? try settings.integer("classes", in: 2...1_000_000)
      : try settings.optionalInteger("classes", in: 2...1_000_000).map { _ in
        throw settings.error("belongs to objective: classification", key: "classes")
      }
    pretraining =
      settings.has("pretraining")
      ? try AutoencoderPretraining(settings.section("pretraining"))
      : settings.notGiven("pretraining")
    try pretraining?.check(options, settings)
    let before = pretraining?.plans(options.encoder) ?? []
    let name = before.isEmpty && classes == nil ? Self.name : "fine-tuning"
    curriculum = before + [StagePlan(name: name)]
  }

  /// Whether samples are reconstructed, by the whole or by its first layer alone.
  private var reconstructs: Bool { classes == nil || pretraining?.method == .autoencoder }

  /// What stands for numbers from 0 to 1 alone: a setting, and one that takes any numbers instead.
  private var unitSetting: (name: String, instead: String?)? {
    if reconstructs && options.loss == .bernoulli {
      return ("model.loss: bernoulli", "model.loss: squared")
    }
    if reconstructs && options.output == .sigmoid {
      return ("model.output: sigmoid", "model.output: none")
    }
    return pretraining?.method == .rbm ? ("model.pretraining.method: rbm", nil) : nil
  }

  /// Losses, outputs and units that speak of numbers from 0 to 1.
  var sampleRange: ClosedRange<Double>? { unitSetting == nil ? nil : 0...1 }

  /// What speaks of numbers from 0 to 1 needs such data.
  func check(_ configuration: RunConfiguration) throws {
    guard let setting = unitSetting else { return }
    try configuration.requireUnitValues(for: setting.name, instead: setting.instead)
  }

  /// What is allowed but hardly meant.
  func warnings(_ configuration: RunConfiguration) -> [String] {
    var lines: [String] = []
    if case .saltAndPepper = options.corruption, configuration.data.transform == .standardize {
      lines.append(
        "warning: model.corruption: salt_and_pepper sets values to 0 and 1, but data.transform: "
          + "standardize gives numbers around 0; gaussian suits it")
    }
    if let units = options.unitsDifferentiatedByTape, units > 200 {
      lines.append(
        "warning: model.contraction differentiates each of \(units) units by a pass of its own, which "
          + "takes long and much memory; one dense layer of sigmoid units has a closed form")
    }
    return lines
  }

  func stage(_ index: Int, _ context: StageContext) throws -> Stage {
    let stages = AutoencoderStages(options, pretraining, curriculum, context)
    guard index == curriculum.count - 1 else { return try stages.layer(index) }
    return try classes.map { try stages.classifier(classes: $0) } ?? stages.reconstruction()
  }
}
