import Datasets
import Foundation
import MessagePassing
import Objectives
import Tensors

/// The training and test data of a run, opened by this rank, with the transform in place.
public final class DataPipeline {
  /// The training samples.
  public let train: SampleTable
  /// The test samples, if the configuration names any.
  public let test: SampleTable?
  /// Which training samples every step visits.
  public let plan: EpochPlan
  /// The transform, with its moments where it needs some.
  public let transform: Transform
  /// The names of classes by their labels, from the training labels or else the test labels; empty without.
  public private(set) lazy var classNames: [String] = {
    let names = train.classNames()
    return names.isEmpty ? test?.classNames() ?? [] : names
  }()
  /// The fingerprint of the training data; the same on every rank.
  public let fingerprint: String

  private let configuration: RunConfiguration
  private let layout: ShardLayout
  private let trainCache: SampleCache
  private let testCache: SampleCache?

  /// Rows of a shard in an evaluation: one shape of all products but the last.
  private static let evaluationRows = 128

  /// Opens the data. Every rank calls this together.
  /// - Parameters:
  ///   - configuration: names the data.
  ///   - layout: the shards, and which are this rank's.
  ///   - communicator: the ranks.
  ///   - across: sums the moments of a standardised run over all shards.
  ///   - stored: a checkpoint, which holds these moments already; nil computes them.
  ///   - checksLabels: whether a model of classes will read labels.
  public init(
    _ configuration: RunConfiguration, layout: ShardLayout, communicator: Communicator,
    across: any GlobalSum, stored: Checkpoint?, checksLabels: Bool = true
  ) throws {
    self.configuration = configuration
    self.layout = layout
    let data = configuration.data
    (train, test) = try together(communicator) { try Self.open(configuration) }
    let (train, test) = (self.train, self.test)
    if checksLabels { try Self.checkLabels(configuration, train, test, communicator) }
    fingerprint = try together(communicator) {
      communicator.rank == 0 ? try train.fingerprint() : ""
    }.shared(communicator)
    plan = Self.plan(train, configuration, memory: data.memory)
    trainCache = SampleCache(
      train, plan: plan, layout: layout, memory: data.memory, policy: data.cache)
    testCache = test.map { table in
      SampleCache(
        table, plan: Self.sequential(table, configuration, layout), layout: layout,
        memory: data.memory, policy: data.cache)
    }
    transform = try Self.makeTransform(
      configuration, train: train, cache: trainCache, layout, across, stored)
  }

  /// Waits until all that is kept in memory is there, and checked: bad values are found before a run
  /// writes anything. The first step would wait for it anyway. Every rank calls this.
  func waitForCache(_ communicator: Communicator) throws {
    try together(communicator) {
      try trainCache.wait()
      try testCache?.wait()
    }
  }

  /// A model of classes learns nothing from other labels. One rank reads them all.
  private static func checkLabels(
    _ configuration: RunConfiguration, _ train: SampleTable, _ test: SampleTable?,
    _ communicator: Communicator
  ) throws {
    guard let classes = configuration.model.classes else { return }
    try together(communicator) {
      for (key, table) in [("train", train), ("test", test)] {
        guard let table else { continue }
        guard table.hasLabels else {
          throw ConfigurationError(
            "data.\(key).labels is not given, but the model takes labels of \(classes) classes; name "
              + "their dataset in \(table.location.files.joined(separator: ", ")), such as "
              + "/\(key)/labels")
        }
        if communicator.rank == 0 { try table.checkLabels(below: classes) }
      }
    }
  }

  private static func open(
    _ configuration: RunConfiguration
  ) throws -> (SampleTable, SampleTable?) {
    let train = try SampleTable(configuration.data.train)
    let test = try configuration.data.test.map { try SampleTable($0) }
    if let test, test.shape != train.shape {
      throw DatasetError(
        test.location.images,
        "test samples are \(test.shape.text) but training samples are \(train.shape.text)",
        advice: "data.train and data.test must agree")
    }
    if configuration.training.globalBatch > train.count {
      throw ConfigurationError(
        "training.global_batch is \(configuration.training.globalBatch) but "
          + "\(train.location.files.joined(separator: ", ")) has only \(train.count) samples; "
          + "make it smaller")
    }
    for table in [train, test].compactMap({ $0 }) {
      let range = try valueRange(configuration, table)
      if configuration.data.transform.needsUnitValues {
        table.accept(range)
      } else if configuration.data.transform == .none, let range = configuration.model.sampleRange {
        table.accept(
          range,
          advice: "the model takes numbers from \(plainText(range.lowerBound)) to "
            + "\(plainText(range.upperBound)); set data.transform: unit, or use another model")
      }
    }
    return (train, test)
  }

  /// The stored values that stand for 0 and 1.
  private static func valueRange(
    _ configuration: RunConfiguration, _ table: SampleTable
  ) throws -> ClosedRange<Double> {
    if let range = configuration.data.range { return range }
    switch configuration.data.transform {
    case .none, .standardize: return 0...1
    default: break
    }
    if table.isFloating { return 0...1 }
    switch table.stored {
    case .uint8: return 0...255
    case .int16, .float32:
      throw ConfigurationError(
        "data.transform is \(configuration.data.transform.rawValue), but \(table.location.images) "
          + "holds integers wider than a byte: say with data.range which values mean 0 and 1, "
          + "such as [0, 1023]")
    }
  }

  private static func sequential(
    _ table: SampleTable, _ configuration: RunConfiguration, _ layout: ShardLayout,
    rows: Int = evaluationRows
  ) -> EpochPlan {
    EpochPlan(
      count: table.count, globalBatch: layout.shards * rows, shards: layout.shards,
      order: nil, seed: configuration.seed, sampleBytes: table.sampleBytes,
      memory: min(configuration.data.memory, 64 << 20))
  }

  private static func plan(
    _ train: SampleTable, _ configuration: RunConfiguration, memory: Int
  ) -> EpochPlan {
    EpochPlan(
      count: train.count, globalBatch: configuration.training.globalBatch,
      shards: configuration.training.shards, order: configuration.data.order,
      seed: configuration.seed, sampleBytes: train.sampleBytes, memory: memory)
  }

  /// The plan that another memory budget would make.
  func plan(memory: Int) -> EpochPlan { Self.plan(train, configuration, memory: memory) }

  private static func makeTransform(
    _ configuration: RunConfiguration, train: SampleTable, cache: SampleCache,
    _ layout: ShardLayout, _ across: any GlobalSum, _ stored: Checkpoint?
  ) throws -> Transform {
    switch configuration.data.transform {
    case .none: return .none
    case .unit: return .unit
    case .binarizeThreshold: return .binarizeThreshold
    case .binarizeSample: return .binarizeSample
    case .binarizeFixed: return .binarizeFixed
    case .standardize:
      if let mean = stored?["/state/transform/mean"],
        let inverse = stored?["/state/transform/inverse_deviation"]
      {
        return .standardize(
          mean: Tensor(shape: mean.shape, elements: mean.values),
          inverseDeviation: Tensor(shape: inverse.shape, elements: inverse.values))
      }
      let plan = sequential(train, configuration, layout)
      let raw = SamplePreparation(
        .none, table: train, range: 0...1, seed: configuration.seed, isEvaluation: true)
      let loader = BatchLoader(
        train, plan: plan, layout: layout, preparation: raw,
        cache: configuration.data.order == .shard ? cache : .none)
      let moments = try Moments(loader, across: across)
      return .standardize(mean: moments.mean, inverseDeviation: moments.inverseDeviation)
    }
  }

  /// Loads training batches.
  public func trainingLoader() throws -> BatchLoader {
    BatchLoader(
      train, plan: plan, layout: layout, preparation: try preparation(train, isEvaluation: false),
      cache: trainCache)
  }

  /// Loads every test sample once, in order.
  public func testLoader() throws -> BatchLoader? {
    guard let test, let testCache else { return nil }
    return BatchLoader(
      test, plan: Self.sequential(test, configuration, layout), layout: layout,
      preparation: try preparation(test, isEvaluation: true), cache: testCache)
  }

  /// Loads training samples in order, to be compared with the test set.
  public func comparisonLoader() throws -> BatchLoader {
    BatchLoader(
      train, plan: Self.sequential(train, configuration, layout), layout: layout,
      preparation: try preparation(train, isEvaluation: true),
      cache: configuration.data.order == .shard ? trainCache : .none)
  }

  /// Loads the samples of one shard of this rank, in order, `rows` at a time; nil without the set.
  func shardLoader(_ split: EvaluationSplit, shard: Int, rows: Int) throws -> BatchLoader? {
    guard let table = split == .test ? test : train else { return nil }
    let isKept = split == .test || configuration.data.order == .shard
    return BatchLoader(
      table, plan: Self.sequential(table, configuration, layout, rows: rows),
      layout: ShardLayout(shards: layout.shards, ranks: layout.shards, rank: shard),
      preparation: try preparation(table, isEvaluation: true),
      cache: isKept ? (split == .test ? testCache : trainCache) ?? .none : .none)
  }

  /// The mean of the training samples as the model sees them, [visible]: an exact sum over shards, the same
  /// bits on any number of ranks. Every rank calls this together.
  func trainingMean(_ across: any GlobalSum) throws -> Tensor {
    try Moments(comparisonLoader(), across: across).mean
  }

  /// The first samples of the test set, or of the training set without one.
  public func examples(_ count: Int) throws -> Examples {
    let table = test ?? train
    let rows = min(count, table.count)
    let plan = EpochPlan(
      count: table.count, globalBatch: rows, shards: 1, order: nil, seed: 0,
      sampleBytes: table.sampleBytes, memory: 1)
    let loader = BatchLoader(
      table, plan: plan, layout: ShardLayout(shards: 1),
      preparation: try preparation(table, isEvaluation: true), cache: .none)
    loader.begin(epoch: 0)
    try loader.load(stepInEpoch: 0, step: 0)
    let shard = loader.batch.shards[0]
    return Examples(
      samples: shard.samples,
      labels: Array(UnsafeBufferPointer(start: shard.labels, count: shard.rows)))
  }

  /// How samples of a table become what the model sees.
  public func preparation(_ table: SampleTable, isEvaluation: Bool) throws -> SamplePreparation {
    SamplePreparation(
      transform, table: table, range: try Self.valueRange(configuration, table),
      seed: configuration.seed, isEvaluation: isEvaluation)
  }

  /// The training batches that standing statistics are estimated from.
  var standingBatches: Int { configuration.evaluation.standingBatches }

  /// Whether this rank keeps its training samples in memory.
  public var isCached: Bool { trainCache.isKept }

  /// The arrays that a checkpoint keeps of the transform.
  var stateArrays: [Checkpoint.NamedArray] {
    guard case .standardize(let mean, let inverse) = transform else { return [] }
    return [
      .init(path: "/state/transform/mean", shape: mean.shape, values: mean.elements),
      .init(
        path: "/state/transform/inverse_deviation", shape: inverse.shape, values: inverse.elements),
    ]
  }
}

extension SampleShape {
  /// Such as `28×28` or `3×32×32` or `64 values`.
  var text: String {
    if !isImage { return "\(width) values" }
    return channels == 1 ? "\(height)×\(width)" : "\(channels)×\(height)×\(width)"
  }
}

extension String {
  /// Rank 0's text, on every rank.
  func shared(_ communicator: Communicator) throws -> String {
    String(decoding: try communicator.broadcast(Array(utf8)), as: UTF8.self)
  }
}
