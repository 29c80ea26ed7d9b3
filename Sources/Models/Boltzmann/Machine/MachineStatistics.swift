import CKernels
import Tensors

/// The two phases of a shard: what the statistics are made of. Data and chains lie in one matrix, one
/// above the other, so that their statistics are one product.
struct PhaseValues {
  /// u and h of the data above those of the chains: [positive + negative, …].
  let visible: Tensor
  let hidden: Tensor
  /// Views of the data's rows.
  let data: (visible: Tensor, hidden: Tensor)
  /// Views of the chains' rows.
  let chain: (visible: Tensor, hidden: Tensor)

  init(_ machine: RestrictedBoltzmannMachine, positive: Int, negative: Int) {
    let (rows, top) = (positive + negative, 0..<positive)
    visible = Tensor(rows, machine.visible)
    hidden = Tensor(rows, machine.hidden)
    data = (visible.rows(top), hidden.rows(top))
    chain = (visible.rows(positive..<rows), hidden.rows(positive..<rows))
  }
}

extension RestrictedBoltzmannMachine {
  /// The derivatives of the loss −log p by all parameters, summed over a shard's samples: each
  /// parameter's mean of −∂E over the chains, times `ratio`, less that over the data.
  ///
  /// Weights: −Σ h uᵀ of the data + ratio · Σ h uᵀ of the chains, as one product over the rows of both.
  /// With v = log σ², −∂E/∂v_i = ½(u_i − c_i/σ_i)² − ½ u_i (Wᵀh)_i, and the sum of the last over rows is
  /// the product of W and the weights' statistics, added over hidden units.
  /// - Parameters:
  ///   - values: the hidden rows of the chains are scaled by −ratio in place.
  ///   - slice: where the sums of the parameter of an index go.
  func statistics(_ values: PhaseValues, ratio: Float, into slice: (Int) -> Tensor) {
    let (data, chain) = (values.data, values.chain)
    columnDifference(data.hidden, chain.hidden, ratio, into: slice(1))
    columnDifference(data.visible, chain.visible, ratio, into: slice(2))
    chain.hidden.scale(by: -ratio)
    multiply(values.hidden, .transposed, values.visible, .none, into: slice(0), alpha: -1)
    if parameters.layout.slices.count > 3 {
      sdt_square_difference(
        slice(3).pointer, data.visible.pointer, data.visible.shape[0], chain.visible.pointer,
        chain.visible.shape[0], visibleLayer.unitBias().pointer, ratio, visible)
      sdt_halve_less_products(
        slice(3).pointer, weights.pointer, slice(0).pointer, hidden, visible)
    }
    // c acts on u as c / σ.
    guard let inverse = visibleLayer.inverseDeviations() else { return }
    sdt_multiply_into(slice(2).pointer, slice(2).pointer, inverse.pointer, visible)
  }

  private func columnDifference(_ a: Tensor, _ b: Tensor, _ scale: Float, into out: Tensor) {
    sdt_column_difference(
      out.pointer, a.pointer, a.shape[0], b.pointer, b.shape[0], scale, out.count)
  }
}
