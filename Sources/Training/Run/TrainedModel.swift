import DataParallel
import Datasets
import MessagePassing
import Objectives
import Tensors

/// The model of a checkpoint, on all ranks, to be evaluated, sampled from or used as an encoder.
public final class TrainedModel {
  /// The configuration that it was trained with, with settings applied on top.
  public let configuration: RunConfiguration
  /// What was read.
  public let checkpoint: Checkpoint
  let communicator: Communicator
  private let layout: ShardLayout
  let across: RankSum
  let shape: SampleShape
  let stage: Stage
  /// The names of classes by their labels, once data has been opened; empty without names.
  private(set) var classNames: [String] = []

  /// Reads a checkpoint. Every rank calls this; rank 0 alone touches the file.
  public init(
    _ communicator: Communicator, checkpoint path: String, settings: [String] = [],
    families: FamilyRegistry = .standard
  ) throws {
    let image = try communicator.broadcast(
      together(communicator) { communicator.rank == 0 ? try readBytes(path) : [] })
    let (checkpoint, configuration) = try together(communicator) {
      let checkpoint = try Checkpoint(image: image, name: path)
      let configuration = try RunConfiguration(
        text: checkpoint.configuration, file: path, settings: settings, families: families)
      try Self.check(configuration)
      return (checkpoint, configuration)
    }
    let shards = configuration.training.shards
    guard communicator.size <= shards else {
      throw RankFailure(
        status: .badInput, rank: 0,
        description:
          "\(communicator.size) ranks cannot share \(shards) logical shards; start at most "
          + "\(shards) ranks")
    }
    BLAS.setThreads(configuration.training.blasThreads)
    self.communicator = communicator
    self.checkpoint = checkpoint
    self.configuration = configuration
    layout = ShardLayout(shards: shards, ranks: communicator.size, rank: communicator.rank)
    across = RankSum(communicator, layout: layout)
    let axes = checkpoint.sampleShape
    shape = SampleShape(channels: axes[0], height: axes[1], width: axes[2])
    let (layout, shape) = (self.layout, self.shape)
    stage = try together(communicator) {
      try Self.lastStage(configuration, checkpoint, shape, layout)
    }
  }

  /// Whether the settings suit the model. Labels are asked for where the data is opened, if something
  /// reads them.
  private static func check(_ configuration: RunConfiguration) throws {
    var labelled = configuration
    labelled.data.train.labels = labelled.data.train.labels ?? ""
    let test = labelled.data.test?.labels
    labelled.data.test?.labels = test ?? ""
    try labelled.model.check(labelled)
  }

  private static func lastStage(
    _ configuration: RunConfiguration, _ checkpoint: Checkpoint, _ shape: SampleShape,
    _ layout: ShardLayout
  ) throws -> Stage {
    var earlier: [ParameterSet] = []
    var stage: Stage?
    for index in 0...checkpoint.position.stage {
      let next = try configuration.model.stage(
        index,
        StageContext(
          shape: shape, seed: configuration.seed, layout: layout, earlier: earlier,
          normalization: configuration.evaluation.batchNorm))
      try Snapshot.restore(next.objective.parameters, from: checkpoint)
      try Snapshot.restore(next.objective.replicatedState, from: checkpoint)
      if index == checkpoint.position.stage {
        try Snapshot.restoreAverages(next.objective.parameters, from: checkpoint)
      }
      earlier.append(next.objective.parameters)
      stage = next
    }
    return stage!
  }

  func data(checksLabels: Bool = true) throws -> DataPipeline {
    let data = try DataPipeline(
      configuration, layout: layout, communicator: communicator, across: across,
      stored: checkpoint, checksLabels: checksLabels)
    guard data.train.shape == shape else {
      throw RankFailure(
        status: .badInput, rank: 0,
        description:
          "the data has samples of \(data.train.shape.text), but the model was trained on "
          + shape.text)
    }
    if communicator.rank == 0 { classNames = data.classNames }
    return data
  }

  /// What all ranks find alike.
  static let noTestSet = RankFailure(
    status: .badInput, rank: 0,
    description:
      "there is no test set: name one with --set data.test.file=FILE and, where it is not "
      + "/test/images, --set data.test.images=PATH; encode takes --split train, too")

  /// What a person should know of the last evaluation, one line each.
  public var notes: [String] { stage.evaluator?.notes ?? [] }

  /// Counts of the last evaluation; the same on every rank.
  public var tables: [EvaluationTable] { stage.evaluator?.tables ?? [] }

  /// Evaluates on the configured test set, each sample once, over all ranks.
  public func evaluate() throws -> [(name: String, value: Double)] {
    let data = try data()
    guard stage.evaluator != nil, data.test != nil else {
      throw Self.noTestSet
    }
    return try StageEvaluation(stage, data, across, communicator).run()
  }

  /// Encodes all samples of the test or training set, in order; rank 0 gets [N, width] and labels.
  public func encode(_ split: EvaluationSplit) throws -> (codes: Tensor, labels: [Int32])? {
    guard let encoder = stage.encoder else {
      throw RankFailure(
        status: .badInput, rank: 0,
        description: "a model of family \(checkpoint.family) has no codes")
    }
    // Statistics are estimated by passes that compute losses too, which may read labels.
    let data = try data(checksLabels: encoder.readsLabels || estimatesStatistics)
    try StandingPass(stage.objective, data, across)?.run()
    let test = split == .test ? try data.testLoader() : nil
    if split == .test && test == nil {
      throw Self.noTestSet
    }
    let loader = try test ?? data.comparisonLoader()
    var codes = loader.batch.shards.map { _ in [Float]() }
    var labels = loader.batch.shards.map { _ in [Float]() }
    loader.begin(epoch: 0)
    for step in 0..<loader.plan.stepsPerEpoch {
      try loader.load(stepInEpoch: step, step: step)
      for (place, shard) in loader.batch.shards.enumerated() where shard.rows > 0 {
        codes[place] += encoder.codes(shard).elements
        labels[place] += (0..<shard.rows).map {
          Float(bitPattern: UInt32(bitPattern: shard.labels[$0]))
        }
      }
    }
    let allCodes = try codes.flatMap { $0 }.withUnsafeBufferPointer { try communicator.gather($0) }
    let allLabels = try labels.flatMap { $0 }.withUnsafeBufferPointer {
      try communicator.gather($0)
    }
    guard communicator.rank == 0 else { return nil }
    return (
      Tensor(shape: [allLabels.count, encoder.width], elements: allCodes),
      allLabels.map { Int32(bitPattern: $0.bitPattern) }
    )
  }
}
