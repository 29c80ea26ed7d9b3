import CKernels
import Objectives
import Tensors
import Timeline

/// Settings of the learning of a general Boltzmann machine.
public struct BoltzmannOptions: Sendable, Equatable {
  /// The number of persistent chains of the free phase, over all ranks.
  public var chains: Int
  /// The number of Gibbs sweeps of the free phase a step, by epoch.
  public var gibbsSteps: Schedule
  /// How hidden units are inferred in the clamped phase.
  public var inference: HiddenInference
  /// The number of sweeps, or steps of mean field, of the clamped phase, by epoch.
  public var clampedSteps: Schedule
  /// What stands for hidden units in the statistics of the clamped phase.
  public var clampedStatistics: UnitValues
  /// What stands for units in the statistics of the free phase.
  public var freeStatistics: UnitValues

  /// A hundred chains; Gibbs sampling in both phases, means wherever one can stand for a sample.
  public init(
    chains: Int = 100, gibbsSteps: Schedule = .constant(1), inference: HiddenInference = .gibbs,
    clampedSteps: Schedule = .constant(5), clampedStatistics: UnitValues = .probabilities,
    freeStatistics: UnitValues = .probabilities
  ) {
    self.chains = chains
    self.gibbsSteps = gibbsSteps
    self.inference = inference
    self.clampedSteps = clampedSteps
    self.clampedStatistics = clampedStatistics
    self.freeStatistics = freeStatistics
  }
}

/// Maximum likelihood for a general Boltzmann machine, as sums over the samples of a batch.
///
/// The gradient of −log p by a pair's weight is 2 (⟨x_i x_j⟩ of the free phase − ⟨x_i x_j⟩ of the clamped
/// phase). Free are persistent chains; clamped are visible units at the data, and hidden ones inferred
/// from them. Each phase is divided by its own count: the free sum is scaled by the ratio of both counts,
/// so that the one division by the number of samples remains.
///
/// With probabilities in the statistics, p_i = p(x_i = 1 | rest) at the last states, and ½ (p_i x_j + x_i p_j)
/// stands for x_i x_j: the same expectation with less noise. Between hidden and visible units it is p_h x_v.
/// Grey data counts as it is: x_i x_j of two grey values is the mean of the product of two
/// units drawn from them, independently.
/// Source: Ackley, Hinton, Sejnowski, "A learning algorithm for Boltzmann machines", 1985; persistent
/// chains: Neal, "Connectionist learning of belief networks", 1992.
public final class BoltzmannLearning: Objective {
  /// The machine that is trained.
  public let machine: BoltzmannMachine
  /// One phase, whose slices are named like the parameters.
  public let phases: [Phase]
  /// The squared distance of a sample and the means of its values, each given all other values and the
  /// hidden units, summed over dimensions.
  public let metrics = ["reconstruction_error"]
  /// The chains of the free phase.
  public var state: [ShardedState] { [chains.state] }

  private let options: BoltzmannOptions
  private let couplings: BoltzmannCouplings
  private let clamped: ClampedPhase
  private let freeStream: RandomStream
  private let clampedStream: RandomStream
  private let chains: ChainState
  private let statistics: BoltzmannStatistics
  private var workspaces: [LearningSpaceKey: BoltzmannWorkspace] = [:]
  private var gibbsSteps = 1
  private var clampedSteps = 1

  /// Samples are compared with their means to be watched alone, so not in every step.
  private static let watchInterval = 16

  /// The machine's weights and biases.
  public var parameters: ParameterSet { machine.parameters }

  /// Trains a machine with this rank's shards.
  public init(
    _ machine: BoltzmannMachine, options: BoltzmannOptions, seed: UInt64, layout: ShardLayout
  ) {
    self.machine = machine
    self.options = options
    phases = [Phase(name: "boltzmann", sums: machine.parameters.layout)]
    couplings = BoltzmannCouplings(machine)
    clamped = ClampedPhase(couplings: couplings, inference: options.inference)
    freeStream = RandomStream(seed: seed, purpose: .gibbs)
    clampedStream = RandomStream(seed: seed, purpose: .clamped)
    // The chains' rows are states of all units, visible ones first.
    chains = ChainState(
      name: "chains", count: options.chains,
      layer: UnitLayer(.bernoulli, bias: Tensor(machine.units), logVariance: nil), seed: seed,
      layout: layout)
    statistics = BoltzmannStatistics(machine)
    begin(epoch: 0)
  }

  /// Takes the numbers of sweeps from their schedules.
  public func begin(epoch: Int) {
    func count(_ schedule: Schedule) -> Int {
      max(Int(schedule.value(epoch: epoch).rounded()), 1)
    }
    gibbsSteps = count(options.gibbsSteps)
    clampedSteps = count(options.clampedSteps)
  }

  /// Both phases of this rank's shards, one after the other.
  public func accumulate(
    _ batch: Batch, phase: Int, into accumulator: Accumulator, across: any GlobalSum
  ) {
    couplings.refresh()
    let ratio = Float(batch.globalCount) / Float(chains.state.count)
    for (place, shard) in batch.shards.enumerated() {
      let chain = chains.part(of: shard.index)
      let space = workspace(LearningSpaceKey(positive: shard.rows, negative: chain.ids.count))
      Detail.during("clamped phase") { clamp(shard, batch.step, space) }
      watch(shard, batch.step, space, accumulator, place)
      Detail.during("free phase") { runFree(chain, batch.step, space) }
      Detail.during("statistics") {
        statistics.add(space, ratio: ratio, into: accumulator, at: place)
      }
    }
  }

  /// The data, and its hidden units.
  private func clamp(_ shard: Batch.Shard, _ step: Int, _ space: BoltzmannWorkspace) {
    guard shard.rows > 0 else { return }
    space.data.visible.assign(shard.samples)
    space.data.visibleMeans.assign(shard.samples)
    clamped.infer(
      space.data.visible, sweeps: clampedSteps, states: space.data.hidden,
      means: space.data.hiddenMeans, space: space.clamped, stream: clampedStream.at(step: step),
      ids: shard.ids)
    if options.clampedStatistics == .samples {
      space.data.hiddenMeans.assign(space.data.hidden)
    }
  }

  /// Runs the chains of a shard on.
  private func runFree(
    _ chain: ChainRows, _ step: Int, _ space: BoltzmannWorkspace
  ) {
    guard !chain.ids.isEmpty else { return }
    couplings.sweep(
      chain.states, field: space.field, rounds: 0..<gibbsSteps, stream: freeStream.at(step: step),
      ids: chain.ids.baseAddress!)
    UnitColumns.split(chain.states, visible: space.free.visible, hidden: space.free.hidden)
    if options.freeStatistics == .samples {
      space.free.visibleMeans.assign(space.free.visible)
      space.free.hiddenMeans.assign(space.free.hidden)
    } else {
      sdt_sigmoid_into(space.field.pointer, space.field.pointer, space.field.count)
      UnitColumns.split(
        space.field, visible: space.free.visibleMeans, hidden: space.free.hiddenMeans)
    }
  }

  private func watch(
    _ shard: Batch.Shard, _ step: Int, _ space: BoltzmannWorkspace, _ accumulator: Accumulator,
    _ place: Int
  ) {
    guard step % Self.watchInterval == 0, shard.rows > 0 else { return }
    let view = space.view
    view.look(space.data.visible, space.data.hidden, couplings)
    accumulator.addMetric(0, view.squaredError(shard.samples), count: shard.rows, at: place)
  }

  /// Shards differ in size by one sample or chain, and the last batch of an epoch is short: a few shapes.
  private func workspace(_ key: LearningSpaceKey) -> BoltzmannWorkspace {
    if let space = workspaces[key] { return space }
    let space = BoltzmannWorkspace(key, machine)
    workspaces[key] = space
    return space
  }
}
