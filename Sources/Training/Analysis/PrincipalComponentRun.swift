import DataParallel
import Datasets
import Foundation
import MessagePassing
import Models
import Objectives
import Tensors

/// What the command line says about principal components.
public struct PrincipalComponentOptions: Sendable {
  /// The configuration file: its data, transform and shards count.
  public var configuration: String
  /// `key.subkey=value`, applied on top.
  public var settings: [String] = []
  /// The number of directions; nil takes that of a model of family pca.
  public var components: Int?
  /// Whether codes are scaled to variance 1; nil takes what a model of family pca says.
  public var whiten: Bool?
  /// The HDF5 file to write.
  public var output: String
  /// Whose codes to write as well.
  public var codes: EvaluationSplit?
  /// Whether to draw pictures beside the output.
  public var pictures = true

  /// Options.
  public init(configuration: String, output: String) {
    self.configuration = configuration
    self.output = output
  }
}

/// Finds the principal components of a configuration's training set on all ranks together.
public final class PrincipalComponentRun {
  /// What was found.
  public struct Result {
    /// Means of ‖x − x̂‖² a sample, with the names of what they were taken over.
    public let errors: [(name: String, value: Double)]
    /// The share of the variance that the components explain.
    public let explained: Double
    /// SHA-256 over mean, components and variances.
    public let digest: String
    /// The files written.
    public let files: [String]
  }

  let options: PrincipalComponentOptions
  let configuration: RunConfiguration
  let communicator: Communicator
  let data: DataPipeline
  private let across: RankSum
  private let layout: ShardLayout
  private let kept: Int
  let whiten: Bool

  /// Opens everything. Every rank calls this; when one fails, all throw.
  public init(_ communicator: Communicator, _ options: PrincipalComponentOptions) throws {
    let configuration = try RunSetup.configuration(
      communicator,
      TrainingOptions(configuration: options.configuration, settings: options.settings))
    let shards = configuration.training.shards
    guard communicator.size <= shards else {
      throw RankFailure(
        status: .badInput, rank: 0,
        description:
          "\(communicator.size) ranks cannot share \(shards) logical shards; start at most "
          + "\(shards) ranks or raise training.shards (which may change the last bits)")
    }
    BLAS.setThreads(configuration.training.blasThreads)
    try OutputFile.check(Self.files(options), communicator)
    self.options = options
    self.configuration = configuration
    self.communicator = communicator
    layout = ShardLayout(shards: shards, ranks: communicator.size, rank: communicator.rank)
    across = RankSum(communicator, layout: layout)
    data = try DataPipeline(
      configuration, layout: layout, communicator: communicator, across: across, stored: nil)
    try data.waitForCache(communicator)
    let model = configuration.model as? PCAFamily
    whiten = options.whiten ?? model?.whiten ?? false
    let train = data.train
    let hasTest = data.test != nil
    kept = try together(communicator) {
      guard options.codes != .test || hasTest else {
        throw UsageError(
          "there is no test set to write codes of: name data.test, or take --codes train")
      }
      return try Self.count(options.components ?? model?.components, train)
    }
  }

  private static func count(_ wanted: Int?, _ train: SampleTable) throws -> Int {
    guard let wanted else {
      throw UsageError("say how many components to find: --components N")
    }
    let most = min(train.count, train.shape.count)
    guard (1...most).contains(wanted) else {
      throw UsageError(
        "\(wanted) components cannot be found: \(train.count) samples of \(train.shape.count) values "
          + "have 1 to \(most)")
    }
    return wanted
  }

  /// What will be written: the output, and pictures beside it.
  static func files(_ options: PrincipalComponentOptions) -> [String] {
    let stem = options.output.hasSuffix(".h5") ? String(options.output.dropLast(3)) : options.output
    let pictures = ["components", "reconstructions"].map { "\(stem)-\($0).png" }
    return [options.output] + (options.pictures ? pictures : [])
  }

  /// Finds the components, measures them, and writes them. Rank 0 gets the result.
  public func run() throws -> Result? {
    guard let train = PipelineSamples(data, .train) else { return nil }
    let moments = try SecondMoments(train, across: across)
    let components = try decompose(moments)
    var errors = [
      ("train, from the eigenvalues", components.reconstructionError),
      ("train, measured", try meanError(components, train)),
    ]
    if let test = PipelineSamples(data, .test) {
      errors.append(("test, measured", try meanError(components, test)))
    }
    let codes = try options.codes.map { try encode(components, $0) }
    let examples = try together(communicator) {
      communicator.rank == 0 && options.pictures ? try data.examples(32).samples : nil
    }
    guard communicator.rank == 0 else { return nil }
    try write(components, codes: codes ?? nil)
    if let examples { try draw(components, examples) }
    return Result(
      errors: errors, explained: components.explainedVarianceRatio.reduce(0, +),
      digest: digest(components), files: Self.files(options))
  }

  /// Rank 0 decomposes: so a rank on another kind of core cannot have other eigenvectors.
  private func decompose(_ moments: SecondMoments) throws -> PrincipalComponents {
    let kept = kept
    let found = try together(communicator) {
      communicator.rank == 0 ? try PrincipalComponents(moments, components: kept) : nil
    }
    let values = try
      (found.map { [$0.discardedVariance] + $0.explainedVariance + $0.components } ?? [])
      .shared(communicator)
    return PrincipalComponents(
      mean: moments.center, components: Array(values.dropFirst(1 + kept)),
      explainedVariance: Array(values[1...kept]), discardedVariance: values[0],
      count: moments.count)
  }

  private func meanError(_ components: PrincipalComponents, _ samples: PipelineSamples) throws
    -> Double
  {
    let sums = try layout.local.map { shard in
      var sum = 0.0
      try samples.forEachBlock(of: shard) { sum += components.squaredError(of: $0) }
      return sum
    }
    return try across.sum(sums, width: 1)[0] / Double(samples.count)
  }

  /// Codes and labels of all samples in order, [N, K] and [N]; on rank 0.
  private func encode(
    _ components: PrincipalComponents, _ split: EvaluationSplit
  ) throws -> (codes: [Float], labels: [Int32])? {
    guard let samples = PipelineSamples(data, split) else { return nil }
    var (codes, labels): ([Float], [Float]) = ([], [])
    for shard in layout.local {
      try samples.forEachBatch(of: shard) { batch in
        codes += components.codes(of: batch.samples, whiten: whiten).map { Float($0) }
        // A message of floats carries the bits of any words.
        labels += (0..<batch.rows).map {
          Float(bitPattern: UInt32(bitPattern: batch.labels[$0]))
        }
      }
    }
    let allCodes = try codes.withUnsafeBufferPointer { try communicator.gather($0) }
    let allLabels = try labels.withUnsafeBufferPointer { try communicator.gather($0) }
    guard communicator.rank == 0 else { return nil }
    return (allCodes, allLabels.map { Int32(bitPattern: $0.bitPattern) })
  }
}

extension [Double] {
  /// Rank 0's numbers, on every rank.
  func shared(_ communicator: Communicator) throws -> [Double] {
    let bytes = try communicator.broadcast(withUnsafeBytes { Array<UInt8>($0) })
    return [Double](unsafeUninitializedCapacity: bytes.count / 8) { buffer, count in
      count =
        UnsafeMutableRawBufferPointer(buffer).initializeMemory(as: UInt8.self, from: bytes)
        .initialized.count / 8
    }
  }
}
