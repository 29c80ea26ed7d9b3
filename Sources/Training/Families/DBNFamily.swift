import Autograd
import Datasets
import Models
import Objectives
import Tensors

/// `family: dbn`: a deep belief network, trained greedily machine by machine, then as a whole by up-down
/// learning, or unrolled into a classifier.
struct DBNFamily: ModelFamily {
  static let name = "dbn"

  let classes: Int?
  let curriculum: [StagePlan]
  private let settings: DBNSettings

  init(_ reader: SettingsReader) throws {
    settings = try DBNSettings(reader)
    classes = settings.classes
    let last: [StagePlan] =
      settings.fineTuning == .none ? [] : [StagePlan(name: settings.fineTuning.rawValue)]
    curriculum = settings.pretraining.plans + last
  }

  /// Bernoulli units speak of numbers from 0 to 1.
  var sampleRange: ClosedRange<Double>? { settings.visible == .bernoulli ? 0...1 : nil }

  /// What speaks of numbers from 0 to 1 needs such data.
  func check(_ configuration: RunConfiguration) throws {
    guard settings.visible == .bernoulli else { return }
    try configuration.requireUnitValues(
      for: "model.visible: bernoulli", instead: "model.visible: gaussian")
  }

  func stage(_ index: Int, _ context: StageContext) throws -> Stage {
    let stages = DBNStages(settings, context)
    guard index == settings.hidden.count else { return stages.machine(index) }
    return settings.fineTuning == .classify ? try stages.classifier() : stages.upDown()
  }
}

/// Settings of a deep belief network.
struct DBNSettings {
  /// What follows the machines' own training.
  enum FineTuning: String, CaseIterable {
    /// Contrastive wake–sleep of the whole.
    case upDown = "up-down"
    /// Back-propagation through the unrolled network with a softmax on top.
    case classify
    /// Nothing.
    case none
  }

  /// What the samples' units are.
  enum Visible: String, CaseIterable { case bernoulli, gaussian }

  let hidden: [Int]
  let visible: Visible
  let classes: Int?
  let fineTuning: FineTuning
  /// What of a machine's hidden units the next machine is trained on.
  let upPass: UnitValues
  /// What of the layers below the top machine tells classes in evaluation.
  let evaluationUpPass: UnitValues
  let deviation: Float
  let pretraining: DBNPretraining
  let gibbsSteps: Schedule
  let sampleSweeps: Int

  /// Reads the settings under `model`.
  init(_ reader: SettingsReader) throws {
    hidden = try reader.layerWidths("hidden")
    visible = try reader.choice("visible", default: .bernoulli)
    fineTuning = try reader.choice("fine_tuning", default: .upDown)
    classes =
      fineTuning == .classify
      ? try reader.integer("classes", in: 2...1_000_000)
      : try reader.optionalInteger("classes", in: 2...1_000_000)
    upPass = try reader.choice("up_pass", default: .probabilities)
    evaluationUpPass = try reader.choice("evaluation_up_pass", default: .probabilities)
    deviation = Float(try reader.number("initial_deviation", default: 0.01, in: 0...100))
    pretraining = try DBNPretraining(reader.section("pretraining"), layers: hidden.count)
    gibbsSteps = try Self.gibbsSteps(reader, fineTuning)
    sampleSweeps = try reader.integer("sample_sweeps", default: 200, in: 1...1_000_000)
  }

  private static func gibbsSteps(
    _ reader: SettingsReader, _ fineTuning: FineTuning
  ) throws -> Schedule {
    let key = "gibbs_steps"
    guard fineTuning != .upDown else { return try reader.schedule(key, default: 3, in: 1...10000) }
    guard !reader.has(key) else {
      throw reader.error(
        "belongs to fine_tuning: up-down; pretraining.gibbs_steps is that of the machines", key: key
      )
    }
    return reader.notGiven(key) ?? .constant(1)
  }

  /// The number of classes that the top machine's label has; a classifier's are its softmax layer's.
  var labelClasses: Int { fineTuning == .classify ? 0 : classes ?? 0 }
}

extension SettingsReader {
  /// Widths of two layers at least.
  fileprivate func layerWidths(_ key: String) throws -> [Int] {
    let texts = try strings(key)
    let widths = texts.compactMap { Int($0.replacing("_", with: "")) }
    guard widths.count == texts.count, widths.allSatisfy((1...1_000_000).contains) else {
      throw error("must be widths of layers from 1 to 1000000, such as [500, 500, 2000]", key: key)
    }
    guard widths.count > 1 else {
      throw error(
        "names one layer, but a deep belief network has two at least; family: rbm trains one machine",
        key: key)
    }
    return widths
  }
}
