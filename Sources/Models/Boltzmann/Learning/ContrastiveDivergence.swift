import CKernels
import Objectives
import Tensors

/// What of a layer enters the statistics: its means or its samples.
public enum UnitValues: String, Sendable, CaseIterable {
  /// p(unit = 1 | other layer).
  case probabilities
  /// Zeros and ones drawn from it.
  case samples
}

/// Where the chains of the negative phase start.
public enum NegativePhase: Sendable, Equatable {
  /// At the batch's own samples: CD-k (Hinton, 2002).
  case contrastiveDivergence
  /// Where they ended in the last step: persistent CD (Tieleman, 2008), with a number of chains of
  /// its own.
  case persistent(chains: Int)
}

/// Settings of contrastive divergence.
public struct ContrastiveDivergenceOptions: Sendable, Equatable {
  /// Where the negative chains start.
  public var negativePhase: NegativePhase
  /// The number of Gibbs sweeps a step, by epoch.
  public var gibbsSteps: Schedule
  /// What stands for h in the positive statistics.
  public var positiveHidden: UnitValues
  /// What stands for h in the negative statistics.
  public var negativeHidden: UnitValues
  /// What stands for x in the negative statistics, and drives the last h.
  public var negativeVisible: UnitValues

  /// CD-1 with probabilities for h in the statistics and samples wherever a layer drives the next.
  public init(
    negativePhase: NegativePhase = .contrastiveDivergence, gibbsSteps: Schedule = .constant(1),
    positiveHidden: UnitValues = .probabilities, negativeHidden: UnitValues = .probabilities,
    negativeVisible: UnitValues = .samples
  ) {
    self.negativePhase = negativePhase
    self.gibbsSteps = gibbsSteps
    self.positiveHidden = positiveHidden
    self.negativeHidden = negativeHidden
    self.negativeVisible = negativeVisible
  }
}

/// Contrastive divergence for a Bernoulli RBM, as sums over the samples of a batch.
///
/// The gradient of the loss is ⟨h xᵀ⟩ of the negative phase minus ⟨h xᵀ⟩ of the positive phase, each
/// divided by its own count. Both counts are known before the step, so the negative sum is scaled
/// by their ratio and one division by the number of samples remains.
/// Source: Hinton, "Training products of experts by minimizing contrastive divergence", 2002;
/// Tieleman, "Training restricted Boltzmann machines using approximations to the likelihood
/// gradient", 2008.
public final class ContrastiveDivergence: Objective {
  /// The machine that is trained.
  public let machine: RestrictedBoltzmannMachine
  /// One phase, whose slices are named like the parameters.
  public let phases: [Phase]
  /// The squared distance of a sample and its means after one sweep, summed over dimensions.
  public let metrics = ["reconstruction_error"]
  /// The persistent chains' hidden samples, if there are any.
  public let state: [ShardedState]

  private let options: ContrastiveDivergenceOptions
  private let layout: ShardLayout
  private let stream: RandomStream
  private let chains: PersistentChains?
  /// [visible, hidden]: the weights of this step.
  private let transposedWeights: Tensor
  private var workspaces: [WorkspaceKey: Workspace] = [:]
  private var gibbsSteps = 1

  /// How often persistent CD, which has no reconstructions of its own, makes some to be watched.
  private static let reconstructionInterval = 16

  /// The machine's weights and biases.
  public var parameters: ParameterSet { machine.parameters }

  /// Trains a machine with this rank's shards.
  public init(
    _ machine: RestrictedBoltzmannMachine, options: ContrastiveDivergenceOptions, seed: UInt64,
    layout: ShardLayout
  ) {
    self.machine = machine
    self.options = options
    self.layout = layout
    phases = [Phase(name: "contrastive_divergence", sums: machine.parameters.layout)]
    stream = RandomStream(seed: seed, purpose: .gibbs)
    transposedWeights = Tensor(machine.visible, machine.hidden)
    if case .persistent(let count) = options.negativePhase {
      chains = PersistentChains(count: count, hidden: machine.hidden, seed: seed, layout: layout)
    } else {
      chains = nil
    }
    state = chains.map { [$0.state] } ?? []
    begin(epoch: 0)
  }

  /// Takes the number of Gibbs sweeps from its schedule.
  public func begin(epoch: Int) {
    gibbsSteps = max(Int(options.gibbsSteps.value(epoch: epoch).rounded()), 1)
  }

  /// Both phases of this rank's shards, one after the other.
  public func accumulate(
    _ batch: Batch, phase: Int, into accumulator: Accumulator, across: any GlobalSum
  ) {
    let stream = self.stream.at(step: batch.step)
    transpose(machine.weights, into: transposedWeights)
    for (place, shard) in batch.shards.enumerated() {
      let chain = chains?.part(of: shard.index)
      let space = workspace(
        WorkspaceKey(positive: shard.rows, negative: chain?.ids.count ?? shard.rows))
      positivePhase(shard, space, stream)
      if let chain {
        watchReconstruction(shard, batch.step, space, accumulator, place)
        runChain(chain, space, stream)
      } else {
        gibbs(space, ids: shard.ids, stream: stream, firstRound: 1)
        let error = machine.visibleLayer.squaredDistance(space.data, space.firstMeans)
        accumulator.addMetric(0, error, count: shard.rows, at: place)
      }
      let negatives = chains?.state.count ?? batch.globalCount
      statistics(space, ratio: Float(batch.globalCount) / Float(negatives), accumulator, place)
    }
  }

  /// h given the data: the positive statistics, and the sample that starts the chain.
  private func positivePhase(_ shard: Batch.Shard, _ space: Workspace, _ stream: RandomStream) {
    guard shard.rows > 0 else { return }
    machine.visibleLayer.inputs(shard.samples, labels: shard.labels, into: space.data)
    machine.sampleHidden(
      space.data, means: space.dataHidden, samples: space.drivers,
      stream: stream.at(step: Int(stream.kernel.step), round: 0), ids: shard.ids,
      transposedWeights: transposedWeights)
    if options.positiveHidden == .samples { space.dataHidden.assign(space.drivers) }
  }

  /// `gibbsSteps` sweeps from `space.chainDrivers`; ends with x and h of the negative statistics,
  /// and in `chainDrivers` the last sample of h.
  private func gibbs(
    _ space: Workspace, ids: UnsafePointer<UInt32>, stream: RandomStream, firstRound: Int
  ) {
    guard space.key.negative > 0 else { return }
    for sweep in 0..<gibbsSteps {
      let step = Int(stream.kernel.step)
      let round = firstRound + 2 * sweep
      let isLast = sweep == gibbsSteps - 1
      let means = sweep == 0 ? space.firstMeans : space.laterMeans
      machine.sampleVisible(
        space.chainDrivers, means: means, samples: space.chain,
        stream: stream.at(step: step, round: round), ids: ids)
      if isLast && options.negativeVisible == .probabilities { space.chain.assign(means) }
      if isLast && !needsLastSample {
        machine.hiddenMeans(
          space.chain, into: space.chainHidden, transposedWeights: transposedWeights)
      } else {
        machine.sampleHidden(
          space.chain, means: space.chainHidden, samples: space.chainDrivers,
          stream: stream.at(step: step, round: round + 1), ids: ids,
          transposedWeights: transposedWeights)
      }
    }
    if options.negativeHidden == .samples { space.chainHidden.assign(space.chainDrivers) }
  }

  private var needsLastSample: Bool { chains != nil || options.negativeHidden == .samples }

  private func runChain(_ chain: PersistentChains.Part, _ space: Workspace, _ stream: RandomStream)
  {
    guard !chain.ids.isEmpty else { return }
    space.chainDrivers.assign(chain.hidden)
    // The draws of chain i must not be those of sample i, whose positive phase has round 0.
    gibbs(space, ids: chain.ids.baseAddress!, stream: stream, firstRound: 1)
    chain.hidden.assign(space.chainDrivers)
  }

  private func watchReconstruction(
    _ shard: Batch.Shard, _ step: Int, _ space: Workspace, _ accumulator: Accumulator, _ place: Int
  ) {
    guard step % Self.reconstructionInterval == 0, shard.rows > 0 else { return }
    machine.visibleMeans(space.drivers, into: space.reconstruction)
    let error = machine.visibleLayer.squaredDistance(space.data, space.reconstruction)
    accumulator.addMetric(0, error, count: shard.rows, at: place)
  }

  private func statistics(
    _ space: Workspace, ratio: Float, _ accumulator: Accumulator, _ place: Int
  ) {
    machine.statistics(space.values, ratio: ratio) { accumulator.slice($0, at: place) }
    accumulator.commit(at: place)
  }

  /// Shards differ in size by one sample, and the last batch of an epoch is short: a few shapes.
  private func workspace(_ key: WorkspaceKey) -> Workspace {
    if let space = workspaces[key] { return space }
    let space = Workspace(key, machine, persistent: chains != nil)
    workspaces[key] = space
    return space
  }
}

/// The numbers of rows of the two phases.
struct WorkspaceKey: Hashable {
  let positive: Int
  let negative: Int
}

/// Buffers of one shard's step.
private final class Workspace {
  let key: WorkspaceKey
  let values: PhaseValues
  let data: Tensor
  let chain: Tensor
  let dataHidden: Tensor
  let chainHidden: Tensor
  /// Samples of h that drive the next x: of the data, and of the chains.
  let drivers: Tensor
  let chainDrivers: Tensor
  /// p(x | h) after the first sweep and after later ones, [negative, visible].
  let firstMeans: Tensor
  let laterMeans: Tensor
  /// p(x | h) of the data, [positive, visible], for persistent CD.
  let reconstruction: Tensor

  init(_ key: WorkspaceKey, _ machine: RestrictedBoltzmannMachine, persistent: Bool) {
    self.key = key
    values = PhaseValues(machine, positive: key.positive, negative: key.negative)
    (data, dataHidden) = values.data
    (chain, chainHidden) = values.chain
    drivers = Tensor(key.positive, machine.hidden)
    chainDrivers = persistent ? Tensor(key.negative, machine.hidden) : drivers
    firstMeans = Tensor(key.negative, machine.visible)
    laterMeans = Tensor(key.negative, machine.visible)
    reconstruction = persistent ? Tensor(key.positive, machine.visible) : firstMeans
  }
}
