import Objectives
import Tensors

/// The offsets μ of visible and λ of hidden units that a centred gradient subtracts from them:
/// exponential averages of means over batches.
///
/// A gradient is made with the offsets of the steps before it: its own batch's means are known when it has
/// been summed.
/// Source: Montavon and Müller, "Deep Boltzmann machines and the centering trick", 2012; Melchior, Fischer
/// and Wiskott, "How to center deep Boltzmann machines", 2016.
final class CenteringOffsets {
  let visible: Tensor
  let hidden: Tensor
  let kind: Centering
  private let rate: Float

  /// - Parameter visibleMeans: where μ starts, as the machine computes with units; nil is ½ for units that are
  ///   on or off and 0 for others, as λ starts.
  init(
    _ machine: RestrictedBoltzmannMachine, _ kind: Centering, rate: Float, visibleMeans: Tensor?
  ) {
    (self.kind, self.rate) = (kind, rate)
    (visible, hidden) = (Tensor(machine.visible), Tensor(machine.hidden))
    visible.fill(machine.visibleLayer.kind.isGaussian ? 0 : 0.5)
    hidden.fill(machine.hiddenLayer.kind.isGaussian ? 0 : 0.5)
    if let visibleMeans { visible.assign(visibleMeans) }
  }

  var state: [ReplicatedState] {
    [
      ReplicatedState("centering/visible_offset", visible),
      ReplicatedState("centering/hidden_offset", hidden),
    ]
  }

  /// Moves the offsets towards the means of a batch.
  /// - Parameters:
  ///   - data: sums of u and h over samples.
  ///   - chains: the same over chains, and their number; nil where they count for nothing.
  func move(
    data: (visible: Tensor, hidden: Tensor), count: Int,
    chains: (visible: Tensor, hidden: Tensor, count: Int)?
  ) {
    move(visible, data.visible, count, chains.map { ($0.visible, $0.count) })
    move(hidden, data.hidden, count, chains.map { ($0.hidden, $0.count) })
  }

  private func move(_ offset: Tensor, _ data: Tensor, _ count: Int, _ chains: (Tensor, Int)?) {
    for i in 0..<offset.count {
      var mean = data.pointer[i] / Float(count)
      if let (sums, count) = chains { mean = 0.5 * (mean + sums.pointer[i] / Float(count)) }
      offset.pointer[i] += rate * (mean - offset.pointer[i])
    }
  }
}
