import Tensors

/// Completes samples of which a part is known: Gibbs chains whose known values are put back after every
/// sweep, so that the others are drawn given these.
///
/// Chain i draws the same numbers wherever it runs: chains are counted by their global index.
public final class Completion {
  /// One sweep: new states of the units from the old ones, both [chains, units] as the machine computes with
  /// them, and their means.
  typealias Sweep = (_ u: Tensor, _ means: Tensor, _ step: Int, _ ids: [UInt32]) -> Void

  private let layer: UnitLayer
  private let isKnown: [Bool]
  private let ids: [UInt32]
  private let sweep: Sweep
  private let originals: Tensor
  private let u: Tensor
  private let means: Tensor

  init(
    _ layer: UnitLayer, samples: Tensor, isKnown: [Bool], chains: Range<Int>, seed: UInt64,
    sweep: @escaping Sweep
  ) {
    precondition(isKnown.count == layer.sampleWidth, "whether each value is known")
    precondition(samples.shape[0] == chains.count, "a sample for each chain")
    self.layer = layer
    self.isKnown = isKnown
    self.sweep = sweep
    ids = chains.map { UInt32(truncatingIfNeeded: $0) }
    let count = chains.count
    (u, means) = (Tensor(count, layer.count), Tensor(count, layer.count))
    originals = Tensor(count, layer.count)
    layer.inputs(samples, labels: nil, into: originals)
    layer.drawStart(into: u, RandomStream(seed: seed, purpose: .sampling), ids)
    putBack(into: u)
  }

  /// Runs all chains.
  /// - Returns: samples [chains, sample width]: what is known, and means of the rest after the last sweep.
  public func run(sweeps: Int) -> Tensor {
    for step in 0..<sweeps {
      sweep(u, means, step, ids)
      putBack(into: u)
    }
    putBack(into: means)
    let results = Tensor(ids.count, layer.sampleWidth)
    layer.outputs(means, into: results)
    return results
  }

  private func putBack(into values: Tensor) {
    for row in ids.indices {
      for i in isKnown.indices where isKnown[i] {
        values.pointer[row * layer.count + i] = originals.pointer[row * layer.count + i]
      }
    }
  }
}

extension Completion {
  /// Completion by a machine: a sweep draws h given u, then u given h.
  /// - Parameters:
  ///   - samples: [chains, sample width]; what is not known does not matter.
  ///   - isKnown: whether each value of a sample is, [sample width].
  ///   - chains: the global indices of the chains to run here.
  public convenience init(
    _ machine: RestrictedBoltzmannMachine, samples: Tensor, isKnown: [Bool], chains: Range<Int>,
    seed: UInt64
  ) {
    let stream = RandomStream(seed: seed, purpose: .sampling)
    let h = Tensor(chains.count, machine.hidden)
    let hiddenMeans = Tensor(chains.count, machine.hidden)
    self.init(
      machine.visibleLayer, samples: samples, isKnown: isKnown, chains: chains, seed: seed
    ) { u, means, step, ids in
      machine.sampleHidden(
        u, means: hiddenMeans, samples: h, stream: stream.at(step: step, round: 1), ids: ids)
      machine.sampleVisible(
        h, means: means, samples: u, stream: stream.at(step: step, round: 2), ids: ids)
    }
  }
}
