import Objectives
import Tensors
import Timeline

/// Where the states of the negative phase come from. It fills the chains' rows of a shard's space with
/// the u and h whose statistics are set against the data's.
protocol NegativeSampler: AnyObject {
  /// What outlives a step.
  var state: [ShardedState] { get }
  /// The number of rows over all shards; nil where there are as many as samples.
  var count: Int? { get }
  /// The names of what it measures, behind the reconstruction error.
  var metrics: [String] { get }

  /// The number of rows of a shard; nil where there are as many as samples.
  func rows(of shard: Int) -> Int?

  /// Is shown `dataHidden` as means, before samples may take their place.
  func start(_ space: LearningSpace)

  /// Fills `chain` and `chainHidden` of a shard, and adds what is measured.
  func run(
    _ shard: Batch.Shard, _ space: LearningSpace, _ sweeps: GibbsSweeps,
    _ accumulator: Accumulator, _ place: Int)

  /// What is reported of the means of all metrics.
  func reported(_ means: [(name: String, value: Double)]) -> [(name: String, value: Double)]
}

extension NegativeSampler {
  var state: [ShardedState] { [] }
  var count: Int? { nil }
  var metrics: [String] { [] }
  func rows(of shard: Int) -> Int? { nil }
  func start(_ space: LearningSpace) {}
  func reported(_ means: [(name: String, value: Double)]) -> [(name: String, value: Double)] {
    means
  }
}

/// Gibbs sweeps of one step with its parameters.
struct GibbsSweeps {
  let machine: RestrictedBoltzmannMachine
  let options: ContrastiveDivergenceOptions
  /// [visible, hidden].
  let transposedWeights: Tensor
  let stream: RandomStream
  let step: Int
  let count: Int

  /// `count` sweeps from `space.chainDrivers`; ends with u and h of the negative statistics.
  /// - Parameters:
  ///   - ids: what the rows draw as. Rounds count from 1: round 0 is the positive phase's.
  ///   - keepsLast: whether `chainDrivers` must end as the last sample of h. Chains that go on from it are
  ///     Gibbs chains: samples drive it, and means of x come with `takeMeans`.
  func run(_ space: LearningSpace, ids: UnsafePointer<UInt32>, keepsLast: Bool) {
    guard space.key.negative > 0 else { return }
    for sweep in 0..<count {
      Detail.during("Gibbs sweep") { run(sweep, space, ids: ids, keepsLast: keepsLast) }
    }
    if options.negativeHidden == .samples { space.chainHidden.assign(space.chainDrivers) }
  }

  private func run(
    _ sweep: Int, _ space: LearningSpace, ids: UnsafePointer<UInt32>, keepsLast: Bool
  ) {
    let isLast = sweep == count - 1
    let means = sweep == 0 ? space.firstMeans : space.laterMeans
    machine.sampleVisible(
      space.chainDrivers, means: means, samples: space.chain,
      stream: stream.at(step: step, round: 1 + 2 * sweep), ids: ids)
    if isLast && !keepsLast && options.negativeVisible == .probabilities {
      space.chain.assign(means)
    }
    if isLast && !keepsLast && options.negativeHidden == .probabilities {
      machine.hiddenMeans(
        space.chain, into: space.chainHidden, transposedWeights: transposedWeights)
    } else {
      machine.sampleHidden(
        space.chain, means: space.chainHidden, samples: space.chainDrivers,
        stream: stream.at(step: step, round: 2 + 2 * sweep), ids: ids,
        transposedWeights: transposedWeights)
    }
  }

  /// The negative statistics of means of x after `run`, where they are asked for: h anew, given those means.
  /// Takes `chainDrivers` for scratch.
  func takeMeans(_ space: LearningSpace, ids: UnsafePointer<UInt32>) {
    guard options.negativeVisible == .probabilities else { return }
    space.chain.assign(count == 1 ? space.firstMeans : space.laterMeans)
    machine.sampleHidden(
      space.chain, means: space.chainHidden, samples: space.chainDrivers,
      stream: stream.at(step: step, round: 1 + 2 * count), ids: ids,
      transposedWeights: transposedWeights)
    if options.negativeHidden == .samples { space.chainHidden.assign(space.chainDrivers) }
  }
}

/// Chains that start at the data, step by step.
/// Source: Hinton, "Training products of experts by minimizing contrastive divergence", 2002.
final class DataChains: NegativeSampler {
  func run(
    _ shard: Batch.Shard, _ space: LearningSpace, _ sweeps: GibbsSweeps,
    _ accumulator: Accumulator, _ place: Int
  ) {
    sweeps.run(space, ids: shard.ids, keepsLast: false)
  }
}

/// Means of both layers in turn, without noise, from the data's means of h.
///
/// h ← d h + (1 − d) ⟨h⟩ given ⟨u⟩ given h, with the damping d. Source: Welling and Hinton, "A new learning
/// algorithm for mean field Boltzmann machines", 2002.
final class MeanFieldIterations: NegativeSampler {
  private let damping: Float

  init(damping: Float) { self.damping = damping }

  func start(_ space: LearningSpace) { space.chainHidden.assign(space.dataHidden) }

  func run(
    _ shard: Batch.Shard, _ space: LearningSpace, _ sweeps: GibbsSweeps,
    _ accumulator: Accumulator, _ place: Int
  ) {
    guard shard.rows > 0 else { return }
    let machine = sweeps.machine
    for iteration in 0..<sweeps.count {
      let means = iteration == 0 ? space.firstMeans : space.chain
      machine.visibleMeans(space.chainHidden, into: means)
      if iteration == 0 { space.chain.assign(means) }
      space.chainDrivers.assign(space.chainHidden)
      machine.hiddenMeans(
        space.chain, into: space.chainHidden, transposedWeights: sweeps.transposedWeights)
      guard damping > 0 else { continue }
      space.chainDrivers.scale(by: damping)
      space.chainHidden.scale(by: 1 - damping)
      space.chainHidden.add(space.chainDrivers)
    }
  }
}
