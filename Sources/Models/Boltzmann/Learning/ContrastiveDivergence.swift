import CKernels
import Objectives
import Tensors
import Timeline

/// Contrastive divergence and its relatives, as sums over the samples of a batch.
///
/// The gradient of the loss is ⟨h uᵀ⟩ of the negative phase minus ⟨h uᵀ⟩ of the positive phase, each
/// divided by its own count. Both counts are known before the step, so the negative sum is scaled
/// by their ratio and one division by the number of samples remains.
/// Source: Hinton, "Training products of experts by minimizing contrastive divergence", 2002. Those of the
/// negative phases stand with them.
public final class ContrastiveDivergence: Objective {
  /// The machine that is trained.
  public let machine: RestrictedBoltzmannMachine
  /// One phase, whose first slices are named like the parameters; offsets and targets add statistics.
  public let phases: [Phase]
  /// The squared distance of a sample and its means after one sweep, summed over dimensions; then what the
  /// negative phase measures.
  public let metrics: [String]

  private let options: ContrastiveDivergenceOptions
  private let stream: RandomStream
  private let negative: any NegativeSampler
  private let offsets: CenteringOffsets?
  private let activity: HiddenActivity?
  private let extraSums: StatisticSlices
  /// [visible, hidden]: the weights of this step.
  private let transposedWeights: Tensor
  private var spaces: [LearningSpaceKey: LearningSpace] = [:]
  private var gibbsSteps = 1

  /// How often a negative phase that makes no reconstructions makes some to be watched.
  private static let reconstructionInterval = 16

  /// The machine's weights and biases.
  public var parameters: ParameterSet { machine.parameters }
  /// What the negative phase keeps, if it keeps anything.
  public var state: [ShardedState] { negative.state }
  /// Offsets and running averages.
  public var replicatedState: [ReplicatedState] {
    (offsets?.state ?? []) + (activity?.state ?? [])
  }

  /// Trains a machine with this rank's shards.
  /// - Parameters:
  ///   - round: tells the first states of the chains of several machines of a run apart.
  ///   - visibleMeans: the means of the training data as the machine computes with units, where offsets start;
  ///     nil where nothing is known of them.
  public init(
    _ machine: RestrictedBoltzmannMachine, options: ContrastiveDivergenceOptions, seed: UInt64,
    round: Int = 0, layout: ShardLayout, visibleMeans: Tensor? = nil
  ) {
    self.machine = machine
    self.options = options
    negative = Self.sampler(machine, options, seed, round, layout)
    metrics = ["reconstruction_error"] + negative.metrics
    offsets =
      options.centering == .none
      ? nil
      : CenteringOffsets(
        machine, options.centering, rate: options.offsetRate, visibleMeans: visibleMeans)
    activity = options.sparsity.map { HiddenActivity($0, hidden: machine.hidden) }
    extraSums = StatisticSlices(machine, options)
    phases = [Phase(name: "contrastive_divergence", sums: extraSums.layout)]
    stream = RandomStream(seed: seed, purpose: .gibbs)
    transposedWeights = Tensor(machine.visible, machine.hidden)
    begin(epoch: 0)
  }

  private static func sampler(
    _ machine: RestrictedBoltzmannMachine, _ options: ContrastiveDivergenceOptions, _ seed: UInt64,
    _ round: Int, _ layout: ShardLayout
  ) -> any NegativeSampler {
    switch options.negativePhase {
    case .contrastiveDivergence: DataChains()
    case .persistent(let count):
      PersistentChains(count: count, machine, seed: seed, round: round, layout: layout)
    case .tempering(let options):
      TemperedReplicas(options, machine, seed: seed, round: round, layout: layout)
    case .meanField(let damping): MeanFieldIterations(damping: damping)
    }
  }

  /// Takes the number of Gibbs sweeps from its schedule.
  public func begin(epoch: Int) {
    gibbsSteps = max(Int(options.gibbsSteps.value(epoch: epoch).rounded()), 1)
  }

  /// Both phases of this rank's shards, one after the other.
  public func accumulate(
    _ batch: Batch, phase: Int, into accumulator: Accumulator, across: any GlobalSum
  ) {
    transpose(machine.weights, into: transposedWeights)
    activity?.prepare()
    let sweeps = GibbsSweeps(
      machine: machine, options: options, transposedWeights: transposedWeights, stream: stream,
      step: batch.step, count: gibbsSteps)
    let ratio = Float(batch.globalCount) / Float(negative.count ?? batch.globalCount)
    for (place, shard) in batch.shards.enumerated() {
      let space = self.space(
        LearningSpaceKey(
          positive: shard.rows, negative: negative.rows(of: shard.index) ?? shard.rows))
      Detail.during("positive phase") { positivePhase(shard, space, sweeps) }
      accumulator.pause()
      Detail.during("negative phase") {
        negative.run(shard, space, sweeps, accumulator, place)
      }
      accumulator.pause()
      Detail.during("statistics") {
        watchReconstruction(shard, batch.step, space, accumulator, place)
        extraSums.write(space.values) { accumulator.slice($0, at: place) }
        machine.statistics(
          space.values, ratio: ratio, offsets: offsets, pull: activity?.pull,
          rowFactors: space.rowFactors
        ) { accumulator.slice($0, at: place) }
      }
      accumulator.commit(at: place)
    }
  }

  /// Moves offsets and running averages by the means of the step's batch.
  public func update(phase: Int, sums: Tensor, count: Int) {
    if let hidden = extraSums.dataHidden.view(sums) { activity?.move(hidden, count: count) }
    guard let offsets, let data = extraSums.data(sums) else { return }
    offsets.move(
      data: data, count: count,
      chains: extraSums.chains(sums).map { ($0.visible, $0.hidden, negative.count ?? count) })
  }

  /// What is reported of the means of the metrics.
  public func reported(_ means: [(name: String, value: Double)]) -> [(name: String, value: Double)]
  {
    negative.reported(means)
  }

  /// h given the data: the positive statistics, and the sample that starts the chain.
  private func positivePhase(_ shard: Batch.Shard, _ space: LearningSpace, _ sweeps: GibbsSweeps) {
    guard shard.rows > 0 else { return }
    machine.visibleLayer.inputs(shard.samples, labels: shard.labels, into: space.data)
    machine.sampleHidden(
      space.data, means: space.dataHidden, samples: space.drivers,
      stream: stream.at(step: sweeps.step, round: 0), ids: shard.ids,
      transposedWeights: transposedWeights)
    negative.start(space)
    if options.positiveHidden == .samples { space.dataHidden.assign(space.drivers) }
  }

  private func watchReconstruction(
    _ shard: Batch.Shard, _ step: Int, _ space: LearningSpace, _ accumulator: Accumulator,
    _ place: Int
  ) {
    guard shard.rows > 0 else { return }
    if negative.count != nil {
      guard step % Self.reconstructionInterval == 0 else { return }
      machine.visibleMeans(space.drivers, into: space.reconstruction)
    }
    let error = machine.visibleLayer.squaredDistance(space.data, space.reconstruction)
    accumulator.addMetric(0, error, count: shard.rows, at: place)
  }

  /// Shards differ in size by one sample, and the last batch of an epoch is short: a few shapes.
  private func space(_ key: LearningSpaceKey) -> LearningSpace {
    if let space = spaces[key] { return space }
    let space = LearningSpace(key, machine, startsAtData: negative.count == nil)
    spaces[key] = space
    return space
  }
}
