import CKernels
import Tensors

/// Long Gibbs chains of a general Boltzmann machine, to be looked at.
///
/// Chain i draws the same numbers wherever it runs: chains are counted by their global index.
public final class BoltzmannSampler {
  private let machine: BoltzmannMachine
  private let couplings: BoltzmannCouplings
  private let stream: RandomStream
  private let ids: [UInt32]
  /// [chains, units], visible units first.
  private let states: Tensor
  private let field: Tensor
  private let means: Tensor

  /// The sweeps after which fields are made anew, so that rounding does not add up for ever.
  private static let block = 16

  /// Chains that start at fair coins.
  /// - Parameter chains: the global indices of the chains to run here.
  public init(_ machine: BoltzmannMachine, chains: Range<Int>, seed: UInt64) {
    self.machine = machine
    couplings = BoltzmannCouplings(machine)
    stream = RandomStream(seed: seed, purpose: .sampling)
    ids = chains.map { UInt32(truncatingIfNeeded: $0) }
    states = Tensor(chains.count, machine.units)
    field = Tensor(chains.count, machine.units)
    means = Tensor(chains.count, machine.visible)
    states.fill(0.5)
    sdt_bernoulli_draw(
      states.pointer, states.pointer, chains.count, machine.units, stream.kernel, ids)
  }

  /// Starts the visible units at samples [chains, visible]; hidden ones start at fair coins.
  public func start(at samples: Tensor) {
    for chain in ids.indices {
      (states.pointer + chain * machine.units).update(
        from: samples.pointer + chain * machine.visible, count: machine.visible)
    }
  }

  /// Runs all chains on.
  /// - Parameter steps: the sweeps' numbers, which count their draws: go on where you stopped.
  /// - Returns: p(x_i = 1 | all other units) of the visible units after the last sweep,
  ///   [chains, visible]; valid until the next call.
  public func run(steps: Range<Int>) -> Tensor {
    var step = steps.lowerBound
    while step < steps.upperBound {
      let next = min((step / Self.block + 1) * Self.block, steps.upperBound)
      // Round 0 has drawn the start.
      couplings.sweep(
        states, field: field, rounds: step + 1..<next + 1, stream: stream, ids: ids)
      step = next
    }
    for chain in ids.indices {
      sdt_sigmoid_into(
        means.pointer + chain * machine.visible, field.pointer + chain * machine.units,
        machine.visible)
    }
    return means
  }

  /// The binary samples of the visible units after the last sweep, [chains, visible].
  public var samples: Tensor {
    let visible = Tensor(ids.count, machine.visible)
    UnitColumns.split(states, visible: visible, hidden: Tensor(ids.count, machine.hidden))
    return visible
  }
}
