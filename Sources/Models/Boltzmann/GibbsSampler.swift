import CKernels
import Tensors

/// Long Gibbs chains of a Bernoulli RBM, to be looked at.
///
/// Chain i draws the same numbers wherever it runs: chains are counted by their global index.
public struct GibbsSampler {
  private let machine: RestrictedBoltzmannMachine
  private let stream: RandomStream
  private let ids: [UInt32]
  private let means: Tensor
  private let visible: Tensor
  private let hiddenMeans: Tensor
  private let hidden: Tensor

  /// Chains that start at fair coins.
  /// - Parameter chains: the global indices of the chains to run here.
  public init(_ machine: RestrictedBoltzmannMachine, chains: Range<Int>, seed: UInt64) {
    self.machine = machine
    stream = RandomStream(seed: seed, purpose: .sampling)
    ids = chains.map { UInt32(truncatingIfNeeded: $0) }
    means = Tensor(chains.count, machine.visible)
    visible = Tensor(chains.count, machine.visible)
    hiddenMeans = Tensor(chains.count, machine.hidden)
    hidden = Tensor(chains.count, machine.hidden)
    visible.fill(0.5)
    sdt_bernoulli_draw(
      visible.pointer, visible.pointer, chains.count, machine.visible, stream.kernel, ids)
  }

  /// Starts the chains at samples [chains, visible].
  public func start(at samples: Tensor) {
    visible.assign(samples)
  }

  /// Runs all chains on.
  /// - Parameter steps: the sweeps' numbers, which count their draws: go on where you stopped.
  /// - Returns: p(x | h) after the last sweep, [chains, visible]; valid until the next call.
  public func run(steps: Range<Int>) -> Tensor {
    for step in steps {
      machine.sampleHidden(
        visible, means: hiddenMeans, samples: hidden, stream: stream.at(step: step, round: 1),
        ids: ids)
      machine.sampleVisible(
        hidden, means: means, samples: visible, stream: stream.at(step: step, round: 2), ids: ids)
    }
    return means
  }

  /// The binary samples after the last sweep, [chains, visible].
  public var samples: Tensor { visible }
}
