import Tensors

/// Long Gibbs chains of an RBM, to be looked at.
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
  private let results: Tensor

  /// Chains that start at fair coins, or at standard normal numbers.
  /// - Parameter chains: the global indices of the chains to run here.
  public init(_ machine: RestrictedBoltzmannMachine, chains: Range<Int>, seed: UInt64) {
    self.machine = machine
    stream = RandomStream(seed: seed, purpose: .sampling)
    ids = chains.map { UInt32(truncatingIfNeeded: $0) }
    means = Tensor(chains.count, machine.visible)
    visible = Tensor(chains.count, machine.visible)
    hiddenMeans = Tensor(chains.count, machine.hidden)
    hidden = Tensor(chains.count, machine.hidden)
    results = Tensor(chains.count, machine.visibleLayer.sampleWidth)
    machine.visibleLayer.drawStart(into: visible, stream, ids)
  }

  /// Starts the chains at samples [chains, sample width], with labels where the machine has units for them.
  public func start(at samples: Tensor, labels: [Int32] = []) {
    machine.visibleLayer.inputs(samples, labels: labels.isEmpty ? nil : labels, into: visible)
  }

  /// Runs all chains on.
  /// - Parameter steps: the sweeps' numbers, which count their draws: go on where you stopped.
  /// - Returns: the means of x given h after the last sweep, [chains, sample width]; valid until the next call.
  public func run(steps: Range<Int>) -> Tensor {
    for step in steps {
      machine.sampleHidden(
        visible, means: hiddenMeans, samples: hidden, stream: stream.at(step: step, round: 1),
        ids: ids)
      machine.sampleVisible(
        hidden, means: means, samples: visible, stream: stream.at(step: step, round: 2), ids: ids)
    }
    machine.visibleLayer.outputs(means, into: results)
    return results
  }

  /// The samples after the last sweep as the machine computes with them, [chains, visible].
  public var samples: Tensor { visible }
}
