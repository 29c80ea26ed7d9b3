import DataParallel
import Datasets
import Foundation
import Layers
import Objectives
import Optimizers
import Yams

/// Everything that a run is a function of, besides the data: read from YAML, every default written
/// out in `resolved`.
public struct RunConfiguration {
  /// Where samples come from and how they are prepared.
  public struct Data {
    /// What the model learns from.
    public var train: DataLocation
    /// What it is evaluated on, if anything.
    public var test: DataLocation?
    /// What is done to a sample.
    public var transform: TransformKind
    /// The stored values that become 0 and 1; nil is 0...255 for bytes and 0...1 for floats.
    public var range: ClosedRange<Double>?
    /// How epochs visit samples.
    public var order: SampleOrder
    /// The bytes that samples may take in a process.
    public var memory: Int
    /// Whether samples stay in memory.
    public var cache: CachePolicy
  }

  /// The names of transforms.
  public enum TransformKind: String, Sendable, CaseIterable {
    case none
    case unit
    case binarizeThreshold = "binarize-threshold"
    case binarizeSample = "binarize-sample"
    case binarizeFixed = "binarize-fixed"
    case standardize

    /// Whether stored values become numbers from 0 to 1 first.
    var needsUnitValues: Bool { self != .none && self != .standardize }
  }

  /// How long and in what pieces a model trains.
  public struct Training {
    /// The number of epochs of a stage.
    public var epochs: Int
    /// Where to stop earlier, counted in updates of the whole run.
    public var steps: Int?
    /// The number of samples of an update.
    public var globalBatch: Int
    /// The number of logical shards.
    public var shards: Int
    /// How sums over ranks associate.
    public var reduction: ReductionMode
    /// How many steps late updates take effect, 0 or 1.
    public var delay: Int
    /// The number of updates between two lines of metrics.
    public var logEverySteps: Int
    /// Threads of OpenBLAS in a rank.
    public var blasThreads: Int
  }

  /// When checkpoints are written and how many stay.
  public struct Checkpoint {
    /// The number of updates between two checkpoints; nil writes at the end of epochs only.
    public var everySteps: Int?
    /// The number of newest checkpoints that stay.
    public var keep: Int
  }

  /// When and on what a model is evaluated.
  public struct Evaluation {
    /// The number of epochs between two evaluations; 0 evaluates at the end alone.
    public var everyEpochs: Int
    /// Whether pictures are drawn after an evaluation.
    public var pictures: Bool
    /// The share of the run's time that pictures may take; 1 draws every evaluation, 0 the first and the last.
    public var pictureShare: Double
    /// What batch norm takes for mean and variance.
    public var batchNorm: NormalizationStatistics
    /// The training batches that standing statistics are estimated from.
    public var standingBatches: Int
  }

  /// The run's name, and that of its directory.
  public var name: String
  /// What all random numbers are keyed by.
  public var seed: UInt64
  /// The data.
  public var data: Data
  /// The model family with its settings.
  public var model: any ModelFamily
  /// Length and pieces.
  public var training: Training
  /// The optimizer.
  public var optimizer: OptimizerChoice
  /// What evaluations decide.
  public var decisions: DecisionSettings
  /// Checkpoints.
  public var checkpoint: Checkpoint
  /// Evaluation.
  public var evaluation: Evaluation
  /// How the run looks after itself.
  public var robustness: RobustnessSettings
  /// What the run shows of itself.
  public var reporting: ReportingSettings
  /// The configuration with every default written out.
  public private(set) var resolved: Node
  /// The defaults by the full names of their keys, such as `training.epochs`.
  let standards: [String: String]

  /// The resolved configuration as YAML.
  public var yaml: String {
    (try? Yams.serialize(node: resolved)) ?? ""
  }

  /// Reads a configuration.
  /// - Parameters:
  ///   - text: YAML.
  ///   - file: its name in errors.
  ///   - settings: `key.subkey=value`, applied on top.
  ///   - families: the model families that the configuration may name.
  public init(
    text: String, file: String, settings: [String] = [], families: FamilyRegistry = .standard
  ) throws {
    let document = try ConfigurationDocument(text: text, file: file, settings: settings)
    let root = try SettingsReader(document.node, file: document.file)
    let fallback = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    name = try Self.name(root, fallback)
    seed = UInt64(try root.integer("seed", default: 1, in: 0...Int.max))
    data = try Data(root.section("data"))
    model = try families.family(root.section("model"))
    let (training, optimizer) = (try root.section("training"), try root.section("optimizer"))
    self.training = try Training(training)
    self.optimizer = try OptimizerChoice(optimizer)
    decisions = try DecisionSettings(optimizer: optimizer, training: training)
    checkpoint = try Checkpoint(root.section("checkpoint"))
    evaluation = try Evaluation(root.section("evaluation"))
    robustness = try RobustnessSettings(root)
    reporting = try ReportingSettings(root.section("reporting"))
    try root.finish()
    try decisions.check(data: data, evaluation: evaluation)
    resolved = root.resolvedNode
    standards = root.standards
  }

  private static func name(_ root: SettingsReader, _ fallback: String) throws -> String {
    let name = try root.string("name", default: fallback)
    let isControl = name.unicodeScalars.contains { $0.properties.generalCategory == .control }
    guard name != ".", name != "..", !name.contains("/"), !isControl, name.utf8.count <= 255 else {
      throw root.error(
        "names a directory below runs/: at most 255 bytes, without '/' and control characters",
        key: "name")
    }
    return name
  }
}

extension RunConfiguration.Data {
  init(_ reader: SettingsReader) throws {
    train = try Self.location(reader, "train", required: true)!
    test = try Self.location(reader, "test", required: false)
    transform = try reader.choice("transform", default: .unit)
    range = try Self.range(reader)
    order = try reader.choice("order", default: .shard)
    memory = try reader.bytes("memory", default: "1GiB")
    cache = try reader.choice("cache", default: .auto)
  }

  private static func location(
    _ data: SettingsReader, _ key: String, required: Bool
  ) throws -> DataLocation? {
    guard data.has(key) || required else { return data.notGiven(key) }
    let reader = try data.section(key)
    return DataLocation(
      files: try files(reader),
      images: try reader.string("images", default: "/\(key)/images"),
      labels: try reader.optionalString("labels"), layout: try reader.optionalChoice("layout"))
  }

  private static func files(_ reader: SettingsReader) throws -> [String] {
    // Known under both names, so that a misspelt one is told of either.
    guard reader.value("files") != nil else { return [try reader.string("file")] }
    guard reader.value("file") == nil else {
      throw reader.error("and file name the same thing: give one of them", key: "files")
    }
    return try reader.strings("files")
  }

  private static func range(_ reader: SettingsReader) throws -> ClosedRange<Double>? {
    guard let node = reader.value("range") else { return reader.notGiven("range") }
    let ends = node.sequence?.compactMap { $0.scalar.flatMap { Double($0.string) } } ?? []
    guard ends.count == 2, ends[0] < ends[1], ends.allSatisfy(\.isFinite) else {
      throw reader.error("must be two rising numbers, such as [0, 255]", key: "range")
    }
    reader.record("range", node)
    return ends[0]...ends[1]
  }
}

extension RunConfiguration.Training {
  init(_ reader: SettingsReader) throws {
    epochs = try reader.integer("epochs", default: 10, in: 1...1_000_000)
    steps = try reader.optionalInteger("steps", in: 1...Int(UInt32.max))
    globalBatch = try reader.integer("global_batch", default: 128, in: 1...1_000_000)
    let standard = Self.standardShards(globalBatch: globalBatch)
    shards = try reader.integer("shards", default: standard, in: 1...65536)
    reduction = try reader.choice("reduction", default: .reproducible)
    // Not written out by default: runs from before it was there go on.
    delay = try reader.optionalInteger("delay", in: 0...1) ?? 0
    logEverySteps = try reader.integer("log_every_steps", default: 100, in: 1...Int.max)
    blasThreads = try reader.integer("blas_threads", default: 1, in: 1...1024)
    guard globalBatch >= shards else {
      throw reader.error(
        "is \(globalBatch) but must be at least training.shards, \(shards): every shard takes part "
          + "in every batch", key: "global_batch")
    }
  }

  /// As many shards as keep about 64 samples each: smaller products waste the core, fewer shards
  /// would limit the number of ranks.
  static func standardShards(globalBatch: Int) -> Int { max(1, globalBatch / 64) }
}

extension RunConfiguration.Checkpoint {
  init(_ reader: SettingsReader) throws {
    everySteps = try reader.optionalInteger("every_steps", in: 1...Int.max)
    keep = try reader.integer("keep", default: 3, in: 1...10000)
  }
}

extension RunConfiguration.Evaluation {
  init(_ reader: SettingsReader) throws {
    everyEpochs = try reader.integer("every_epochs", default: 1, in: 0...Int.max)
    pictures = try reader.flag("pictures", default: true)
    pictureShare = try reader.number("picture_share", default: 0.02, in: 0...1)
    batchNorm = try reader.choice("batch_norm", default: .running)
    standingBatches = try reader.integer("standing_batches", default: 50, in: 1...1_000_000)
  }
}
