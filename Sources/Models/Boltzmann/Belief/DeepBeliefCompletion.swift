import Tensors

extension Completion {
  /// Completion by a deep belief network: a sweep goes up by samples, through one sweep of the top machine,
  /// and down by samples. The way up is what recognition weights make of p(h | u), so that chains are those of
  /// the network as far as recognition is right.
  /// - Parameters:
  ///   - samples: [chains, sample width]; what is not known does not matter.
  ///   - isKnown: whether each value of a sample is, [sample width].
  ///   - chains: the global indices of the chains to run here.
  public convenience init(
    _ network: DeepBeliefNetwork, samples: Tensor, isKnown: [Bool], chains: Range<Int>,
    seed: UInt64
  ) {
    let passes = CompletionPasses(network, chains: chains, seed: seed)
    self.init(
      network.layers[0].below, samples: samples, isKnown: isKnown, chains: chains, seed: seed,
      sweep: passes.sweep)
  }
}

/// The states of all layers of chains.
private final class CompletionPasses {
  private let network: DeepBeliefNetwork
  private let stream: RandomStream
  /// States of the layers above the samples' up to the penultimate, and their means.
  private let above: [(means: Tensor, samples: Tensor)]
  /// Means of the layers below each directed layer; the first one's are the caller's.
  private let below: [Tensor]
  private let top: (u: Tensor, means: Tensor)
  private let hidden: (h: Tensor, means: Tensor)

  init(_ network: DeepBeliefNetwork, chains: Range<Int>, seed: UInt64) {
    let count = chains.count
    self.network = network
    stream = RandomStream(seed: seed, purpose: .sampling)
    above = network.layers.map {
      (Tensor(count, $0.above.count), Tensor(count, $0.above.count))
    }
    below = network.layers.map { Tensor(count, $0.below.count) }
    let machine = network.top
    top = (Tensor(count, machine.visible), Tensor(count, machine.visible))
    hidden = (Tensor(count, machine.hidden), Tensor(count, machine.hidden))
    // Labels, where there are any, start at any class and are drawn anew in every sweep.
    machine.visibleLayer.drawStart(
      into: top.u, stream.at(step: 0, round: 102), chains.map { UInt32(truncatingIfNeeded: $0) })
  }

  func sweep(_ u: Tensor, _ means: Tensor, _ step: Int, _ ids: [UInt32]) {
    goUp(u, step, ids)
    // Labels are no part of these samples: those of the last sweep stay beside them.
    network.top.visibleLayer.inputs(above.last!.samples, labels: nil, into: top.u)
    network.top.sampleHidden(
      top.u, means: hidden.means, samples: hidden.h, stream: at(step, 100), ids: ids)
    network.top.sampleVisible(
      hidden.h, means: top.means, samples: top.u, stream: at(step, 101), ids: ids)
    network.top.visibleLayer.outputs(top.u, into: above.last!.samples)
    goDown(u, means, step, ids)
  }

  private func goUp(_ u: Tensor, _ step: Int, _ ids: [UInt32]) {
    var states = u
    for (index, layer) in network.layers.enumerated() {
      multiply(states, .none, layer.recognitionWeights, .transposed, into: above[index].means)
      states = above[index].samples
      layer.above.sample(above[index].means, into: states, at(step, 1 + index), ids)
    }
  }

  private func goDown(_ u: Tensor, _ means: Tensor, _ step: Int, _ ids: [UInt32]) {
    for (index, layer) in network.layers.enumerated().reversed() {
      let fields = index == 0 ? means : below[index]
      let states = index == 0 ? u : above[index - 1].samples
      multiply(above[index].samples, .none, layer.generativeWeights, .none, into: fields)
      layer.below.sample(fields, into: states, at(step, 200 + index), ids)
    }
  }

  /// Rounds: 1 … the way up, 100 and 101 the top machine, 102 its start, 200 … the way down; 0 is the
  /// samples' start.
  private func at(_ step: Int, _ round: Int) -> RandomStream { stream.at(step: step, round: round) }
}
