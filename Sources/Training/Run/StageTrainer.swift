import DataParallel
import Datasets
import MessagePassing
import Objectives
import Optimizers
import Tensors
import Timeline

/// What a step is made of, for one stage of a curriculum: load, accumulate, reduce, update, phase by
/// phase.
public final class StageTrainer {
  /// What this stage trains.
  public let stage: Stage
  /// What moves the parameters, one for each phase of a step; phases may share one. None where a line
  /// search over all samples moves them.
  public let optimizers: [any Optimizer]
  /// What evaluations have made of the learning rates.
  public var rate = RateAdjustment.none
  /// Updates over all samples, in the place of those along a batch.
  var fullBatch: FullBatchUpdates?
  /// What this rank has done.
  public internal(set) var work = Work()

  /// What a rank has done: samples of its shards, and batches.
  public struct Work: Sendable, Equatable {
    var samples = 0
    var steps = 0

    /// Both together.
    static func + (one: Work, other: Work) -> Work {
      Work(samples: one.samples + other.samples, steps: one.steps + other.steps)
    }
  }

  private let loader: BatchLoader
  private let across: any GlobalSum
  private let accumulators: [Accumulator]
  private let reducers: [any Reducer]
  let destinations: [PhaseSums]
  /// What looks at the gradients of each phase.
  let watches: [GradientWatch]
  /// Whether the next step's gradients are looked at.
  var watchesGradients = false
  private let ownUpdates: [OwnUpdate?]
  /// Sums that take effect one step late; nil where all do at once.
  let delayed: DelayedReduction?

  /// What this rank does with the slices of a phase that it owns. Made once, and in an object: a closure
  /// that a step makes, or takes out of an array, is an allocation a step.
  private final class OwnUpdate {
    let update: SliceUpdate
    init(_ update: @escaping SliceUpdate) { self.update = update }
  }
  private var epoch = 0

  /// What the ranks agreed on in a step.
  public struct Agreement {
    /// Whether some rank was asked to stop.
    public var stops = false
    /// Whether some shard saw a number that is not finite.
    public var isNotFinite = false

    /// Reads the control words, where a piece of the sums holds them.
    /// - Parameter end: where they begin.
    mutating func read(_ range: Range<Int>, _ sums: UnsafePointer<Float>, end: Int) {
      for place in range.clamped(to: end..<end + Accumulator.controlWords) {
        let isSet = sums[place - range.lowerBound] != 0
        if place == end { stops = isSet } else { isNotFinite = isSet }
      }
    }

    /// Adds what another phase found.
    mutating func add(_ other: Agreement) {
      stops = stops || other.stops
      isNotFinite = isNotFinite || other.isNotFinite
    }
  }

  /// Buffers and messages for all steps of a stage whose phases share an optimizer.
  public convenience init(
    _ stage: Stage, optimizer: any Optimizer, loader: BatchLoader, layout: ShardLayout,
    reduction: ReductionMode, delay: Int = 0, communicator: Communicator, across: any GlobalSum
  ) throws {
    try self.init(
      stage, optimizers: stage.objective.phases.map { _ in optimizer }, loader: loader,
      layout: layout, reduction: reduction, delay: delay, communicator: communicator,
      across: across)
  }

  /// Buffers and messages for all steps of a stage.
  /// - Parameters:
  ///   - stage: what is trained.
  ///   - optimizers: one for each phase; none where nothing is updated batch by batch.
  ///   - loader: fills this rank's part of a batch.
  ///   - layout: the shards, and which are this rank's.
  ///   - reduction: how sums over ranks associate.
  ///   - delay: 1 lets updates take effect one step late; then the objective has one phase.
  ///   - communicator: the ranks.
  ///   - across: sums over all shards in the middle of a step.
  public init(
    _ stage: Stage, optimizers: [any Optimizer], loader: BatchLoader, layout: ShardLayout,
    reduction: ReductionMode, delay: Int = 0, communicator: Communicator, across: any GlobalSum
  ) throws {
    precondition(
      optimizers.isEmpty || optimizers.count == stage.objective.phases.count,
      "an optimizer for each phase")
    self.stage = stage
    self.optimizers = optimizers
    self.loader = loader
    self.across = across
    let objective = stage.objective
    precondition(delay == 0 || objective.phases.count == 1, "delayed updates have one phase")
    let reductions = try (objective.phases + (delay > 0 ? objective.phases : [])).map { phase in
      try makeReduction(
        reduction, of: phase.sums, metrics: objective.metrics.count, layout: layout,
        communicator: communicator)
    }
    delayed = delay > 0 ? DelayedReduction(reductions) : nil
    accumulators = reductions.map(\.0)
    reducers = reductions.map(\.1)
    // A parameter that several phases move has one owner only if all ranks move it.
    let names = objective.phases.flatMap { $0.sums.slices.map(\.name) }
    let isDisjoint = Set(names).count == names.count
    let watches = objective.phases.map {
      GradientWatch($0, parameters: objective.parameters.layout, layout: layout)
    }
    self.watches = watches
    destinations = zip(zip(zip(objective.phases, optimizers), reducers), watches).map {
      let ((pair, reducer), watch) = $0
      // Nor may a parameter change while others still compute with the old one.
      let hasOwners = isDisjoint && delay == 0 && SliceOwners.suit(pair.1)
      let slices = hasOwners ? reducer.ownedSlices : nil
      return PhaseSums(
        pair.0, parameters: objective.parameters, holdsBack: pair.1.needsWholeGradient,
        owned: slices.map { ($0, layout.rank) }, watch: watch)
    }
    ownUpdates = zip(destinations, optimizers).map { destination, optimizer in
      guard destination.owners != nil else { return nil }
      return OwnUpdate { range, sums in
        Activity.update.during("update") {
          destination.updateOwn(
            range, sums, count: loader.batch.globalCount, optimizer: optimizer)
        }
      }
    }
  }

  /// The number of batches of an epoch.
  var batchesPerEpoch: Int { loader.plan.stepsPerEpoch }

  /// The number of samples of the batch that was loaded last, of all ranks.
  var samplesOfBatch: Int { loader.batch.globalCount }

  /// The number of samples of a batch of an epoch, of all ranks.
  func samples(ofStep stepInEpoch: Int) -> Int { loader.plan.globalCount(step: stepInEpoch) }

  /// Goes to an epoch.
  public func begin(epoch: Int) {
    self.epoch = epoch
    stage.objective.begin(epoch: epoch)
    loader.begin(epoch: epoch)
  }

  /// Begins a pass over the samples in the order of an epoch; the objective stays where it is.
  func beginPass(inOrderOf epoch: Int) { loader.begin(epoch: epoch) }

  /// One update.
  /// - Parameters:
  ///   - stepInEpoch: the place in the epoch.
  ///   - step: the number of the update over the whole run.
  ///   - stopRequested: whether this rank was asked to stop.
  public func step(_ stepInEpoch: Int, step: Int, stopRequested: Bool) throws -> Agreement {
    Pulse.step = step
    try load(stepInEpoch, step)
    if let delayed {
      return try delayedStep(delayed, stepInEpoch, step: step, stopRequested: stopRequested)
    }
    beginUpdate(stepInEpoch)
    beginWatching()
    let count = loader.batch.globalCount
    var agreement = Agreement()
    for (phase, optimizer) in optimizers.enumerated() {
      try accumulate(phase, stopRequested: stopRequested)
      try reduce(phase, &agreement, owner: ownUpdates[phase]?.update) { range, sums in
        Activity.update.during("update") {
          destinations[phase].take(range, sums, count: count, optimizer: optimizer)
        }
      }
      Activity.update.during("update") {
        destinations[phase].finish(
          stage.objective, phase: phase, count: count, optimizer: optimizer)
      }
    }
    return agreement
  }

  /// The sums of one batch, of an objective with one phase; nothing is updated.
  /// - Parameters:
  ///   - step: what random numbers are counted by.
  ///   - body: takes ranges of the sums over all shards.
  func sums(
    _ stepInEpoch: Int, step: Int, stopRequested: Bool,
    _ body: (Range<Int>, UnsafePointer<Float>) -> Void
  ) throws -> Agreement {
    try load(stepInEpoch, step)
    try accumulate(0, stopRequested: stopRequested)
    var agreement = Agreement()
    try reduce(0, &agreement, body)
    return agreement
  }

  private func load(_ stepInEpoch: Int, _ step: Int) throws {
    Pulse.phase = .load
    try Activity.load.during("load") { try loader.load(stepInEpoch: stepInEpoch, step: step) }
    work.steps += 1
    work.samples += ownSamplesOfBatch
  }

  /// The number of samples of the batch that was loaded last, of this rank's shards.
  var ownSamplesOfBatch: Int { loader.batch.shards.reduce(0) { $0 + $1.rows } }

  /// The number of updates follows from the place in the stage, so that nobody has to store it.
  func beginUpdate(_ stepInEpoch: Int) {
    let moment = TrainingMoment(
      epoch: epoch, update: epoch * loader.plan.stepsPerEpoch + stepInEpoch, rate: rate)
    for optimizer in optimizers { optimizer.begin(moment) }
  }

  private func accumulate(_ phase: Int, stopRequested: Bool) throws {
    try accumulate(
      phase, into: accumulators[phase], reducers[phase], stopRequested: stopRequested)
  }

  func accumulate(
    _ phase: Int, into accumulator: Accumulator, _ reducer: any Reducer, stopRequested: Bool
  ) throws {
    Pulse.phase = .compute
    try Activity.compute.during("compute") {
      try reducer.begin()
      try stage.objective.accumulate(
        loader.batch, phase: phase, into: accumulator, across: across)
      accumulator.finish(stopRequested: stopRequested, finite: accumulator.metricsAreFinite)
    }
  }

  /// Hands sums over as they arrive, and reads the control words behind them.
  private func reduce(
    _ phase: Int, _ agreement: inout Agreement, owner: SliceUpdate? = nil,
    _ body: (Range<Int>, UnsafePointer<Float>) -> Void
  ) throws {
    Pulse.phase = .reduce
    let end = accumulators[phase].sums.count
    var met = Agreement()
    try Activity.reduce.during("reduce") {
      try Pulse.waiting {
        try reducers[phase].finish(owner: owner) { range, sums in
          body(range, sums)
          met.read(range, sums, end: end)
        }
      }
    }
    agreement.add(met)
  }

  /// The means of the metrics since the last call, over all shards, and how many samples were seen.
  public func takeMetrics() throws -> [(name: String, value: Double)] {
    let names = stage.objective.metrics
    var values = [Double](repeating: 0, count: metricSums.count)
    for accumulator in accumulators {
      for (i, value) in accumulator.metricSums.enumerated() { values[i] += value }
      accumulator.resetMetrics()
    }
    let sums = try across.sum(values, width: 2 * names.count)
    let means = names.enumerated().compactMap { i, name in
      sums[2 * i + 1] > 0 ? (name: name, value: sums[2 * i] / sums[2 * i + 1]) : nil
    }
    return stage.objective.reported(means)
  }

  /// The metric sums of this rank's shards in the interval under way.
  var metricSums: [Double] {
    accumulators.dropFirst().reduce(accumulators[0].metricSums) { sums, accumulator in
      zip(sums, accumulator.metricSums).map(+)
    }
  }

  /// Puts back the metric sums of an interval.
  func restoreMetrics(_ sums: [Double]) { accumulators[0].restoreMetrics(sums) }
}
