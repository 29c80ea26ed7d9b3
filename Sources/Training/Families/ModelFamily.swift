import Datasets
import Layers
import Objectives
import Tensors
import Yams

/// What a family's stages are built from.
public struct StageContext {
  /// The shape of a sample.
  public let shape: SampleShape
  /// The run's seed.
  public let seed: UInt64
  /// The shards, and which are this rank's.
  public let layout: ShardLayout
  /// The parameters of the stages before, in the curriculum's order.
  public let earlier: [ParameterSet]
  /// What batch norm takes in evaluation.
  public let normalization: NormalizationStatistics
  /// The mean of the transformed training samples, of a model that starts there; nil where none does, or
  /// where a checkpoint holds what became of it.
  public let trainingMean: Tensor?

  /// A context.
  public init(
    shape: SampleShape, seed: UInt64, layout: ShardLayout, earlier: [ParameterSet],
    normalization: NormalizationStatistics = .running, trainingMean: Tensor? = nil
  ) {
    self.shape = shape
    self.seed = seed
    self.layout = layout
    self.earlier = earlier
    self.normalization = normalization
    self.trainingMean = trainingMean
  }

  /// The shape in which a stack takes samples: as images where a layer of it takes images, else as
  /// vectors.
  func sampleShape(_ layers: [LayerDescription]) -> [Int] {
    layers.contains(where: \.takesImages) ? shape.axes : [shape.count]
  }
}

/// A kind of model: its settings, and the curriculum that trains it.
///
/// To add a model, write its objective below `Models`, a family here, and name it in
/// `FamilyRegistry.standard`. Parameters of different stages have different names.
public protocol ModelFamily: SendableMetatype {
  /// The word under `model.family`.
  static var name: String { get }

  /// Reads the settings under `model`.
  init(_ settings: SettingsReader) throws

  /// What is trained, one after the other; nothing for a model that is not trained by steps and has a
  /// command of its own.
  var curriculum: [StagePlan] { get }

  /// The number of classes that labels must name, from 0; nil when the model takes no labels.
  var classes: Int? { get }

  /// Whether what a fresh run starts from depends on the mean of the training samples.
  var usesTrainingMean: Bool { get }

  /// What transformed samples must lie in; nil when the model takes any numbers.
  var sampleRange: ClosedRange<Double>? { get }

  /// Whether the run's other settings suit the family; throws a `ConfigurationError`.
  func check(_ configuration: RunConfiguration) throws

  /// What of the run's other settings is allowed but hardly meant, one line each.
  func warnings(_ configuration: RunConfiguration) -> [String]

  /// Builds a stage with its initial parameters.
  func stage(_ index: Int, _ context: StageContext) throws -> Stage
}

extension ModelFamily {
  /// One stage, trained as the run's own settings say.
  public var curriculum: [StagePlan] { [StagePlan(name: Self.name)] }
  /// No labels.
  public var classes: Int? { nil }
  /// It does not.
  public var usesTrainingMean: Bool { false }
  /// Any numbers.
  public var sampleRange: ClosedRange<Double>? { nil }
  /// All do.
  public func check(_ configuration: RunConfiguration) throws {}
  /// There is nothing to warn of.
  public func warnings(_ configuration: RunConfiguration) -> [String] { [] }
}

/// The model families that a configuration may name.
public struct FamilyRegistry: Sendable {
  /// All that this program trains.
  public static let standard = FamilyRegistry([
    RBMFamily.self, BoltzmannFamily.self, DBNFamily.self, PCAFamily.self, VAEFamily.self,
    AutoencoderFamily.self,
  ])

  private let families: [any ModelFamily.Type]

  /// A choice of families.
  public init(_ families: [any ModelFamily.Type]) {
    self.families = families
  }

  /// These families, and others.
  public func adding(_ others: [any ModelFamily.Type]) -> FamilyRegistry {
    FamilyRegistry(families + others)
  }

  /// The family that a configuration's `model` section names, with its settings.
  func family(_ settings: SettingsReader) throws -> any ModelFamily {
    let names = families.map { $0.name }
    let name = try settings.string("family")
    guard let family = families.first(where: { $0.name == name }) else {
      let hint = nearest(to: name, among: names).map { "; did you mean '\($0)'?" } ?? ""
      throw settings.error(
        "is '\(name)' but must be one of \(names.joined(separator: ", "))\(hint)", key: "family")
    }
    return try family.init(settings)
  }
}
