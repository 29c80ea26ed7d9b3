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
  private let across: RankSum
  let shape: SampleShape
  private let stage: Stage

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

  private static func lastStage(
    _ configuration: RunConfiguration, _ checkpoint: Checkpoint, _ shape: SampleShape,
    _ layout: ShardLayout
  ) throws -> Stage {
    var earlier: [ParameterSet] = []
    var stage: Stage?
    for index in 0...checkpoint.position.stage {
      let next = try configuration.model.stage(
        index,
        StageContext(shape: shape, seed: configuration.seed, layout: layout, earlier: earlier))
      try Snapshot.restore(next.objective.parameters, from: checkpoint)
      if index == checkpoint.position.stage {
        try Snapshot.restoreAverages(next.objective.parameters, from: checkpoint)
      }
      earlier.append(next.objective.parameters)
      stage = next
    }
    return stage!
  }

  private func data() throws -> DataPipeline {
    let data = try DataPipeline(
      configuration, layout: layout, communicator: communicator, across: across,
      stored: checkpoint)
    guard data.train.shape == shape else {
      throw RankFailure(
        status: .badInput, rank: 0,
        description:
          "the data has samples of \(data.train.shape.text), but the model was trained on "
          + shape.text)
    }
    return data
  }

  /// What all ranks find alike.
  private static let noTestSet = RankFailure(
    status: .badInput, rank: 0,
    description: "there is no test set: name one with --set data.test.file=FILE (and "
      + "data.test.images), or take the training set where --split can say so")

  /// Evaluates on the configured test set, each sample once, over all ranks.
  public func evaluate() throws -> [(name: String, value: Double)] {
    let data = try data()
    guard stage.evaluator != nil, data.test != nil else {
      throw Self.noTestSet
    }
    return try StageEvaluation(stage, data, across).run()
  }

  /// Draws samples on all ranks; rank 0 gets [count, width], others nothing.
  /// - Parameters:
  ///   - count: the number of samples, each from a chain of its own.
  ///   - sweeps: the number of sweeps of a chain.
  ///   - seed: what the draws are keyed by.
  ///   - fromData: whether chains start at the first test samples, and not at random.
  public func sample(count: Int, sweeps: Int, seed: UInt64, fromData: Bool = false) throws
    -> Tensor?
  {
    guard let sampler = stage.sampler else {
      throw RankFailure(
        status: .badInput, rank: 0,
        description: "a model of family \(checkpoint.family) has nothing to sample from")
    }
    let start = fromData ? try examples(count) : nil
    // Fixed groups of chains keep the shapes of products the same on any number of ranks.
    let groups = (count + Self.group - 1) / Self.group
    var own: [Float] = []
    for group in part(communicator.rank, of: communicator.size, in: groups) {
      let chains = group * Self.group..<(group + 1) * Self.group
      let request = SampleRequest(
        chains: chains, start: start.map { rows(chains, of: $0) }, sweeps: sweeps, seed: seed)
      own += sampler(request).elements
    }
    let all = try own.withUnsafeBufferPointer { try communicator.gather($0) }
    guard communicator.rank == 0 else { return nil }
    return Tensor(shape: [count, shape.count], elements: Array(all.prefix(count * shape.count)))
  }

  /// The first samples of the test set.
  private func examples(_ count: Int) throws -> Tensor {
    let data = try data()
    guard let test = data.test else { throw Self.noTestSet }
    return try together(communicator) {
      guard count <= test.count else {
        throw UsageError("--count is \(count) but the test set has only \(test.count) samples")
      }
      return try data.examples(count).samples
    }
  }

  /// Rows of samples; beyond the last one they begin again.
  private func rows(_ rows: Range<Int>, of samples: Tensor) -> Tensor {
    let copy = Tensor(rows.count, shape.count)
    for (place, row) in rows.enumerated() {
      let row = row % samples.shape[0]
      copy.rows(place..<place + 1).assign(samples.rows(row..<row + 1))
    }
    return copy
  }

  private static let group = 64

  /// Encodes all samples of the test or training set, in order; rank 0 gets [N, width] and labels.
  public func encode(_ split: EvaluationSplit) throws -> (codes: Tensor, labels: [Int32])? {
    guard let encoder = stage.encoder else {
      throw RankFailure(
        status: .badInput, rank: 0,
        description: "a model of family \(checkpoint.family) has no codes")
    }
    let data = try data()
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
        codes[place] += encoder.encode(shard.samples, shard.labels).elements
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
