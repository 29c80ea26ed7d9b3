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
  ///
  /// With offsets μ and λ the gradient is the step of centred parameters W′, b′, c′, told in these: with
  /// b = b′ − W μ and, as c acts on u as c / σ, c = c′ − σ Wᵀλ. So ∇W is of u − μ and h − λ, ∇b is less
  /// ∇W μ, and ∇c = s / σ less σ ∇Wᵀλ, s = Σ (u − μ). A step holds σ, learned or not, as it holds the offsets:
  /// the gradient by log σ² is the plain one. As ∇Wᵀλ = Σ rows of (λ·(h − λ)) (u − μ), that is a weight for
  /// each row in the sums of the biases, and no product with ∇W. Σ μ and Σ λ over the data and over the
  /// chains cancel over all shards and are left out.
  /// - Parameters:
  ///   - values: taken for scratch.
  ///   - offsets: what is subtracted from u and h; nil is nothing.
  ///   - pull: what is subtracted from h of the data alone, [hidden]: a penalty's derivative by the fields.
  ///   - rowFactors: room for a number for every row of `values`, with offsets.
  ///   - slice: where the sums of the parameter of an index go.
  func statistics(
    _ values: PhaseValues, ratio: Float, offsets: CenteringOffsets? = nil, pull: Tensor? = nil,
    rowFactors: Tensor? = nil, into slice: (Int) -> Tensor
  ) {
    let (data, chain) = (values.data, values.chain)
    let learnsVariance = parameters.layout.slices.count > 3
    if learnsVariance {
      sdt_square_difference(
        slice(3).pointer, data.visible.pointer, data.visible.shape[0], chain.visible.pointer,
        chain.visible.shape[0], visibleLayer.unitBias().pointer, ratio, visible)
    }
    if let pull { subtract(pull, from: data.hidden) }
    if let offsets, let rowFactors {
      subtract(offsets.visible, from: values.visible)
      subtract(offsets.hidden, from: values.hidden)
      if learnsVariance { addOffsetProducts(values, ratio, offsets, into: slice) }
      centeredColumns(values, ratio, offsets, rowFactors, into: slice)
    } else {
      columnDifference(data.hidden, chain.hidden, ratio, into: slice(1))
      columnDifference(data.visible, chain.visible, ratio, into: slice(2))
      // c acts on u as c / σ.
      scale(slice(2), by: visibleLayer.inverseDeviations())
    }
    chain.hidden.scale(by: -ratio)
    multiply(values.hidden, .transposed, values.visible, .none, into: slice(0), alpha: -1)
    if learnsVariance {
      sdt_halve_less_products(
        slice(3).pointer, weights.pointer, slice(0).pointer, hidden, visible)
    }
  }

  /// The sums of the biases of centred rows: each row weighs 1 − μ·(u − μ) in that of h − λ, and
  /// 1 − λ·(h − λ) in that of u − μ. Where σ is not 1 the latter is made as σ (s / σ² − ∇Wᵀλ).
  private func centeredColumns(
    _ values: PhaseValues, _ ratio: Float, _ offsets: CenteringOffsets, _ factors: Tensor,
    into slice: (Int) -> Tensor
  ) {
    let (hiddenSum, visibleSum) = (slice(1), slice(2))
    hiddenSum.fill(0)
    rowFactors(factors, values, values.visible, offsets.visible, ratio, whole: 1)
    addColumns(values.hidden, factors, to: hiddenSum)
    let deviations = visibleLayer.deviations()
    visibleSum.fill(0)
    if deviations != nil {
      columnDifference(values.data.visible, values.chain.visible, ratio, into: visibleSum)
      for _ in 0..<2 { scale(visibleSum, by: visibleLayer.inverseDeviations()) }
    }
    rowFactors(
      factors, values, values.hidden, offsets.hidden, ratio, whole: deviations == nil ? 1 : 0)
    addColumns(values.visible, factors, to: visibleSum)
    scale(visibleSum, by: deviations)
  }

  private func rowFactors(
    _ factors: Tensor, _ values: PhaseValues, _ rows: Tensor, _ offset: Tensor, _ ratio: Float,
    whole: Float
  ) {
    sdt_row_factors(
      factors.pointer, rows.pointer, offset.pointer, rows.shape[0], offset.count,
      values.data.visible.shape[0], ratio, whole)
  }

  private func addColumns(_ rows: Tensor, _ factors: Tensor, to sum: Tensor) {
    sdt_add_weighted_columns(
      sum.pointer, rows.pointer, factors.pointer, rows.shape[0], sum.count)
  }

  /// Nothing where there are no factors.
  private func scale(_ sum: Tensor, by factors: Tensor?) {
    guard let factors else { return }
    sdt_multiply_into(sum.pointer, sum.pointer, factors.pointer, sum.count)
  }

  /// What the product of centred rows leaves out of Σ h uᵀ: λ Σ(u − μ)ᵀ and Σ(h − λ) μᵀ.
  private func addOffsetProducts(
    _ values: PhaseValues, _ ratio: Float, _ offsets: CenteringOffsets, into slice: (Int) -> Tensor
  ) {
    columnDifference(values.data.hidden, values.chain.hidden, ratio, into: slice(1))
    columnDifference(values.data.visible, values.chain.visible, ratio, into: slice(2))
    sdt_less_outer_products(
      slice(3).pointer, weights.pointer, offsets.hidden.pointer, slice(2).pointer,
      slice(1).pointer, offsets.visible.pointer, hidden, visible)
  }

  private func subtract(_ offset: Tensor, from rows: Tensor) {
    sdt_subtract_row(rows.pointer, offset.pointer, rows.shape[0], offset.count)
  }

  private func columnDifference(_ a: Tensor, _ b: Tensor, _ scale: Float, into out: Tensor) {
    sdt_column_difference(
      out.pointer, a.pointer, a.shape[0], b.pointer, b.shape[0], scale, out.count)
  }
}
