import CKernels
import Tensors

/// Samples of a deep belief network: long Gibbs chains in the top machine, then one way down.
///
/// With labels the label's units are clamped: they keep their class while all others are drawn anew. Chain i
/// draws the same numbers wherever it runs: chains are counted by their global index.
public final class DeepBeliefSampler {
  private let network: DeepBeliefNetwork
  private let stream: RandomStream
  private let ids: [UInt32]
  private let labels: [Int32]
  /// u of the top machine, [chains, visible], its means, and h.
  private let visible: Tensor
  private let visibleMeans: Tensor
  private let hidden: Tensor
  private let hiddenMeans: Tensor
  /// Of every directed layer, the samples' first: fields or means, and samples of the units below.
  private let below: [(means: Tensor, samples: Tensor)]
  private let penultimate: Tensor
  private let results: Tensor

  /// The rounds of a step: 1 and 2 are the top machine's, those of the way down follow.
  private static let firstRoundDown = 3

  /// Chains that start at fair coins.
  /// - Parameters:
  ///   - chains: the global indices of the chains to run here.
  ///   - labels: the class of every chain, [chains]; empty leaves classes free.
  public init(_ network: DeepBeliefNetwork, chains: Range<Int>, labels: [Int32] = [], seed: UInt64)
  {
    precondition(labels.isEmpty || labels.count == chains.count, "a label for each chain")
    self.network = network
    self.labels = network.classes > 0 ? labels : []
    let (top, count) = (network.top, chains.count)
    stream = RandomStream(seed: seed, purpose: .sampling)
    ids = chains.map { UInt32(truncatingIfNeeded: $0) }
    (visible, visibleMeans) = (Tensor(count, top.visible), Tensor(count, top.visible))
    (hidden, hiddenMeans) = (Tensor(count, top.hidden), Tensor(count, top.hidden))
    below = network.layers.map {
      (Tensor(count, $0.below.count), Tensor(count, $0.below.count))
    }
    penultimate = Tensor(count, network.penultimate)
    results = Tensor(count, network.sampleWidth)
    top.visibleLayer.drawStart(into: visible, stream, ids)
    clamp()
  }

  /// Starts the chains at the penultimate means of samples [chains, sample width].
  public func start(at samples: Tensor) {
    let h = network.upPass()?(samples) ?? samples
    network.top.visibleLayer.inputs(h, labels: labels.isEmpty ? nil : labels, into: visible)
  }

  private func clamp() {
    guard !labels.isEmpty else { return }
    sdt_write_labels(
      visible.pointer, labels, labels.count, network.top.visible, network.classes)
  }

  /// Runs all chains on, then goes down from where they are: samples layer by layer, and means at the end.
  /// - Parameter steps: the sweeps' numbers, which count their draws: go on where you stopped.
  /// - Returns: means of samples, [chains, sample width]; valid until the next call.
  public func run(steps: Range<Int>) -> Tensor {
    for step in steps {
      network.top.sampleHidden(
        visible, means: hiddenMeans, samples: hidden, stream: stream.at(step: step, round: 1),
        ids: ids)
      network.top.sampleVisible(
        hidden, means: visibleMeans, samples: visible, stream: stream.at(step: step, round: 2),
        ids: ids)
      clamp()
    }
    goDown(step: steps.upperBound)
    return results
  }

  private func goDown(step: Int) {
    network.top.visibleLayer.outputs(visible, into: penultimate)
    var above = penultimate
    for (index, layer) in network.layers.enumerated().reversed() {
      let (means, samples) = below[index]
      multiply(above, .none, layer.generativeWeights, .none, into: means)
      if index == 0 {
        layer.below.means(means)
        layer.below.outputs(means, into: results)
      } else {
        layer.below.sample(
          means, into: samples, stream.at(step: step, round: Self.firstRoundDown + index), ids)
      }
      above = samples
    }
    if network.layers.isEmpty { network.top.visibleLayer.outputs(visibleMeans, into: results) }
  }
}
