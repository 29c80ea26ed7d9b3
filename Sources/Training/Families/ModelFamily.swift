import Datasets
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
  /// The parameters of the stages before, in order.
  public let earlier: [ParameterSet]

  /// A context.
  public init(shape: SampleShape, seed: UInt64, layout: ShardLayout, earlier: [ParameterSet]) {
    self.shape = shape
    self.seed = seed
    self.layout = layout
    self.earlier = earlier
  }
}

/// One entry of a curriculum: an objective, and how its model is judged and looked at.
public struct Stage {
  /// The name, such as `rbm` or `layer-2`.
  public let name: String
  /// What is trained.
  public let objective: any Objective
  /// How it is judged.
  public let evaluator: (any Evaluator)?
  /// The hidden code of samples [rows, width], and its width; nil when the model has none.
  public let encoder: Encoder?
  /// Draws samples; nil when the model is not generative.
  public let sampler: Sampler?
  /// What to look at, given a few test samples [n, width]. Rank 0 calls this.
  public let pictures: (Tensor) -> [Picture]

  /// The hidden code of samples.
  public struct Encoder {
    /// The number of values of a code.
    public let width: Int
    /// [rows, width] from [rows, visible].
    public let encode: (Tensor) -> Tensor
  }

  /// Draws samples: chains with global indices, after a number of sweeps; [chains, visible]. They
  /// start at random, or at samples [chains, visible].
  public typealias Sampler = (
    _ chains: Range<Int>, _ start: Tensor?, _ sweeps: Int, _ seed: UInt64
  ) -> Tensor
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

  /// The number of stages; 0 for a model that is not trained by steps and has a command of its own.
  var stageCount: Int { get }

  /// Whether the run's other settings suit the family; throws a `ConfigurationError`.
  func check(_ configuration: RunConfiguration) throws

  /// What of the run's other settings is allowed but hardly meant, one line each.
  func warnings(_ configuration: RunConfiguration) -> [String]

  /// Builds a stage with its initial parameters.
  func stage(_ index: Int, _ context: StageContext) throws -> Stage
}

extension ModelFamily {
  /// One stage.
  public var stageCount: Int { 1 }
  /// All do.
  public func check(_ configuration: RunConfiguration) throws {}
  /// There is nothing to warn of.
  public func warnings(_ configuration: RunConfiguration) -> [String] { [] }
}

/// The model families that a configuration may name.
public struct FamilyRegistry: Sendable {
  /// All that this program trains.
  public static let standard = FamilyRegistry([
    RBMFamily.self, PCAFamily.self, VAEFamily.self,
  ])

  private let families: [any ModelFamily.Type]

  /// A choice of families.
  public init(_ families: [any ModelFamily.Type]) {
    self.families = families
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
