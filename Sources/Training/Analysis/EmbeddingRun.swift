import DataParallel
import Datasets
import Foundation
import MessagePassing
import Models
import Objectives
import Reporting
import Tensors

/// What the command line says about an embedding.
public struct EmbeddingRunOptions: Sendable {
  /// The HDF5 file of the points.
  public var input: String
  /// The dataset of the points, [N, D] or of images.
  public var dataset = "/codes"
  /// The dataset of their classes, [N]; nil takes `/labels` where there is one.
  public var labels: String?
  /// Only so many of the first points.
  public var rows: Int?
  /// Reduce points to so many principal components first.
  public var components: Int?
  /// How points are embedded.
  public var embedding = EmbeddingOptions()
  /// The HDF5 file to write.
  public var output: String
  /// The picture to write.
  public var picture: String?

  /// Options.
  public init(input: String, output: String) {
    self.input = input
    self.output = output
  }
}

/// Embeds points in the plane on all ranks together.
public final class EmbeddingRun {
  private let communicator: Communicator
  let options: EmbeddingRunOptions
  /// The points, [N, D].
  private let points: Tensor
  /// Their classes, [N]; −1 without.
  let labels: [Int32]
  /// By labels; empty where they have no names.
  let classNames: [String]

  /// What was found.
  public struct Result {
    /// The number of points.
    public let count: Int
    /// How repulsion was computed.
    public let method: EmbeddingOptions.Method
    /// KL(P‖Q).
    public let divergence: Double
    /// SHA-256 over the positions.
    public let digest: String
  }

  /// Reads the points. Every rank calls this; when one fails, all throw.
  public init(_ communicator: Communicator, _ options: EmbeddingRunOptions) throws {
    // Bits must not depend on how many cores OpenBLAS finds.
    BLAS.setThreads(1)
    self.communicator = communicator
    self.options = options
    try OutputFile.check([options.output] + (options.picture.map { [$0] } ?? []), communicator)
    (points, labels, classNames) = try together(communicator) {
      let (samples, labels, names) = try readPoints(options)
      do { try options.embedding.check(points: samples.shape[0]) } catch {
        throw UsageError("\(options.input): \(error)")
      }
      return (try reduced(samples, options), labels, names)
    }
  }

  /// Embeds the points and writes where they are. Rank 0 gets the result.
  /// - Parameter report: told of progress on rank 0.
  public func run(_ report: (_ iteration: Int, _ divergence: Double) -> Void) throws -> Result? {
    do {
      let embedding = try NeighborEmbedding(
        points, options: options.embedding, across: RankGather(communicator))
      let divergence = try embedding.run { iteration, divergence in
        if communicator.rank == 0 { report(iteration, divergence) }
      }
      guard communicator.rank == 0 else { return nil }
      let result = Result(
        count: embedding.count, method: options.embedding.method(points: embedding.count),
        divergence: divergence, digest: digest(embedding.positions))
      try write(embedding.positions, result)
      return result
    } catch let error as EmbeddingError {
      // All ranks have the same positions, and so the same error.
      throw NumericalError(error.description)
    }
  }
}

/// The first rows of the input, with their classes and their classes' names.
private func readPoints(_ options: EmbeddingRunOptions) throws -> (Tensor, [Int32], [String]) {
  let table = try SampleTable(try location(options))
  let count = options.rows ?? table.count
  guard count <= table.count else {
    throw UsageError("--rows is \(count) but \(options.input) has only \(table.count) points")
  }
  let plan = EpochPlan(
    count: table.count, globalBatch: count, shards: 1, order: nil, seed: 0,
    sampleBytes: table.sampleBytes, memory: 1)
  let preparation = SamplePreparation(
    .none, table: table, range: 0...1, seed: 0, isEvaluation: true)
  let loader = BatchLoader(
    table, plan: plan, layout: ShardLayout(shards: 1), preparation: preparation, cache: .none)
  loader.begin(epoch: 0)
  try loader.load(stepInEpoch: 0, step: 0)
  let batch = loader.batch.shards[0]
  return (batch.samples, (0..<count).map { batch.labels[$0] }, table.classNames())
}

/// Where points and classes lie: classes that nobody asked for may be missing.
private func location(_ options: EmbeddingRunOptions) throws -> DataLocation {
  var location = DataLocation(
    files: [options.input], images: options.dataset, labels: options.labels ?? "/labels")
  guard options.labels == nil else { return location }
  do { _ = try SampleTable(location) } catch { location.labels = nil }
  return location
}

/// Points as a few principal components, found on this rank alone: every rank finds the same.
private func reduced(_ points: Tensor, _ options: EmbeddingRunOptions) throws -> Tensor {
  guard let kept = options.components else { return points }
  let samples = SamplesInMemory(points)
  let most = min(samples.count, samples.width)
  guard (1...most).contains(kept) else {
    throw UsageError(
      "--pca is \(kept) but \(samples.count) points of \(samples.width) values have 1 to \(most) "
        + "principal components")
  }
  let components = try PrincipalComponents(
    SecondMoments(samples, across: SoloSum()), components: kept)
  let codes = Tensor(samples.count, kept)
  var row = 0
  try samples.forEachBlock(of: 0) { block in
    for (place, value) in components.codes(of: block).enumerated() {
      codes.pointer[row * kept + place] = Float(value)
    }
    row += block.shape[0]
  }
  return codes
}
