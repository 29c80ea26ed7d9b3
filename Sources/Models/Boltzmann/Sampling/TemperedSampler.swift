import CKernels
import Tensors

/// Gibbs chains of an RBM with replicas at higher temperatures, which exchange states: so that chains cross
/// between modes that are far apart.
///
/// Replica k of K is at the inverse temperature β = 1 − k / K. After every sweep neighbours k and k + 1 are
/// offered an exchange, by turns of even and of odd k (`ReplicaExchange`, which says what β does to a machine).
/// A replica is no more than its visible states; all else is made anew in every sweep.
/// Source: Desjardins and others, "Tempered Markov chain Monte Carlo for training of restricted Boltzmann
/// machines", 2010.
public final class TemperedSampler {
  private let machine: RestrictedBoltzmannMachine
  private let transposedWeights: Tensor
  private let ladder: [Float]
  private let stream: RandomStream
  private let ids: [UInt32]
  /// u of every replica, [chains, visible] each.
  private let states: [Tensor]
  /// G of every replica and chain, [K][chains].
  private var interactions: [[Double]]
  /// Means of u at β = 1 after the last sweep.
  private let means: Tensor
  private let space: SweepSpace
  private let results: Tensor
  /// Exchanges of neighbours k and k + 1 so far, [K − 1].
  public private(set) var exchanges: [ExchangeCount]

  /// Chains that start as those of `GibbsSampler` do, at all temperatures alike.
  /// - Parameter temperatures: K, the number of replicas of every chain.
  public init(
    _ machine: RestrictedBoltzmannMachine, chains: Range<Int>, temperatures: Int, seed: UInt64
  ) {
    self.machine = machine
    transposedWeights = Tensor(machine.visible, machine.hidden)
    transpose(machine.weights, into: transposedWeights)
    ladder = (0..<temperatures).map { Float(1 - Double($0) / Double(temperatures)) }
    stream = RandomStream(seed: seed, purpose: .sampling)
    ids = chains.map { UInt32(truncatingIfNeeded: $0) }
    let count = chains.count
    states = ladder.map { _ in Tensor(count, machine.visible) }
    interactions = ladder.map { _ in Array(repeating: 0, count: count) }
    means = Tensor(count, machine.visible)
    space = SweepSpace(rows: count, machine)
    results = Tensor(count, machine.visibleLayer.sampleWidth)
    exchanges = Array(repeating: ExchangeCount(), count: max(temperatures - 1, 0))
    for u in states { machine.visibleLayer.drawStart(into: u, stream, ids) }
  }

  /// Starts all replicas at samples [chains, sample width].
  public func start(at samples: Tensor) {
    for u in states { machine.visibleLayer.inputs(samples, labels: nil, into: u) }
  }

  /// Runs all chains on.
  /// - Parameter steps: the sweeps' numbers, which count their draws: go on where you stopped.
  /// - Returns: the means of x given h at β = 1 after the last sweep, before the exchange that follows it,
  ///   [chains, sample width]; valid until the next call.
  public func run(steps: Range<Int>) -> Tensor {
    for step in steps {
      // The replica at β = 1 comes last: its means are what is left in the buffer.
      for k in ladder.indices.reversed() { sweep(k, step) }
      means.assign(space.visibleMeans)
      exchange(step)
    }
    machine.visibleLayer.outputs(means, into: results)
    return results
  }

  /// The states at β = 1 as the machine computes with them, [chains, visible].
  public var samples: Tensor { states[0] }

  /// Draws h given u and u given h of replica k at its temperature, and finds G.
  private func sweep(_ k: Int, _ step: Int) {
    let (rows, beta, u) = (ids.count, ladder[k], states[k])
    space.betas.fill(beta)
    machine.hiddenFields(u, transposedWeights, into: space.fields)
    sdt_temper_rows(
      space.fields.pointer, space.betas.pointer, machine.hiddenBias.pointer, rows, machine.hidden)
    machine.hiddenLayer.sample(
      space.fields, into: space.h, stream.at(step: step, round: 2 * k + 1), ids)
    multiply(space.h, .none, machine.weights, .none, into: space.visibleMeans)
    sdt_temper_rows(
      space.visibleMeans.pointer, space.betas.pointer, nil, rows, machine.visible)
    machine.visibleLayer.sample(
      space.visibleMeans, into: u, stream.at(step: step, round: 2 * k + 2), ids)
    guard ladder.count > 1 else { return }
    machine.hiddenFields(u, transposedWeights, into: space.fields)
    sdt_interactions(
      &interactions[k], space.h.pointer, space.fields.pointer, machine.hiddenBias.pointer, rows,
      machine.hidden)
  }

  private func exchange(_ step: Int) {
    guard ladder.count > 1 else { return }
    let draws = stream.at(step: step, round: 2 * ladder.count + 1)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: ladder.count) { uniform in
      for row in ids.indices {
        draws.uniform(item: Int(ids[row]), into: uniform)
        ReplicaExchange.offer(
          step: step, betas: ladder, draws: uniform, interaction: { interactions[$0][row] }
        ) { k, isTaken in
          exchanges[k].offered += 1
          if isTaken { swapStates(row, k) }
        }
      }
    }
  }

  /// Swaps the states of replicas k and k + 1 of a chain; h is drawn anew anyway.
  private func swapStates(_ row: Int, _ k: Int) {
    exchanges[k].taken += 1
    let width = machine.visible
    let (a, b) = (states[k].pointer + row * width, states[k + 1].pointer + row * width)
    for i in 0..<width { (a[i], b[i]) = (b[i], a[i]) }
    let kept = interactions[k][row]
    interactions[k][row] = interactions[k + 1][row]
    interactions[k + 1][row] = kept
  }
}

/// How often two replicas were offered an exchange of their states, and how often it was taken.
public struct ExchangeCount: Sendable, Equatable {
  /// The exchanges that were taken.
  public var taken = 0
  /// Those that were offered.
  public var offered = 0

  /// Counts.
  public init(taken: Int = 0, offered: Int = 0) { (self.taken, self.offered) = (taken, offered) }
}

/// Buffers of a sweep, which all replicas share.
private final class SweepSpace {
  /// β of every row.
  let betas: Tensor
  /// Wu, and the means of h.
  let fields: Tensor
  let h: Tensor
  let visibleMeans: Tensor

  init(rows: Int, _ machine: RestrictedBoltzmannMachine) {
    betas = Tensor(rows)
    fields = Tensor(rows, machine.hidden)
    h = Tensor(rows, machine.hidden)
    visibleMeans = Tensor(rows, machine.visible)
  }
}
