import Datasets
import Training

/// What a run would do, as far as checks need to know: read from a configuration by rank 0, and told
/// to all.
public struct Plan: Codable, Sendable, Equatable {
  /// The samples of a set.
  public struct Place: Codable, Sendable, Equatable {
    /// The files.
    public var files: [String]
    /// The dataset of the samples; nil looks for one.
    public var images: String?
    /// The dataset of the labels.
    public var labels: String?
    /// What the axes mean.
    public var layout: String?
  }

  /// The training samples; nil where none were named.
  public var train: Place?
  /// The test samples.
  public var test: Place?
  /// Where results go; nil checks none.
  public var runDirectory: String?
  /// The bytes that samples may take in a process.
  public var memory = 1 << 30
  /// The number of logical shards; nil without a configuration.
  public var shards: Int?
  /// Samples of an update; nil without a configuration.
  public var globalBatch: Int?
  /// Whether samples are never kept in memory.
  public var neverKept = false
  /// Whether every rank draws from all samples.
  public var isGlobal = false
  /// Threads of OpenBLAS in a rank.
  public var blasThreads = 1
  /// Checkpoints that stay.
  public var keep = 3
  /// Bytes of the parameters of the largest stage; nil where it cannot be known.
  public var parameterBytes: Int?
  /// Bytes of all parameters; nil where it cannot be known.
  public var allParameterBytes: Int?

  /// Nothing is planned.
  public init() {}

  /// A checkpoint's size, about: parameters, and two numbers of the optimizer for each.
  public var checkpointBytes: Int? { allParameterBytes.map { 3 * $0 + 65536 } }

  /// The plan of a configuration.
  public init(_ configuration: RunConfiguration) {
    train = Place(configuration.data.train)
    test = configuration.data.test.map(Place.init)
    runDirectory = "runs/\(configuration.name)"
    memory = configuration.data.memory
    shards = configuration.training.shards
    globalBatch = configuration.training.globalBatch
    neverKept = configuration.data.cache == .never
    isGlobal = configuration.data.order == .global
    blasThreads = configuration.training.blasThreads
    keep = configuration.checkpoint.keep
  }
}

extension Plan.Place {
  /// Samples in files.
  public init(_ location: DataLocation) {
    self.init(
      files: location.files, images: location.images, labels: location.labels,
      layout: location.layout?.rawValue)
  }

  /// The same for those who open files.
  func location(images: String) -> DataLocation {
    DataLocation(
      files: files, images: images, labels: labels,
      layout: layout.flatMap { ImageLayout(rawValue: $0) })
  }
}
