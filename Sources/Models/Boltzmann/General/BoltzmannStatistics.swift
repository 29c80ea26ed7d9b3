import CKernels
import Objectives
import Tensors

/// Sums of products of units, clamped less free, into the slices of a gradient.
final class BoltzmannStatistics {
  private let machine: BoltzmannMachine
  private let names: [String]
  /// Products of all visible, and of all hidden units, before the pairs are taken from them.
  private let visibleProducts: Tensor?
  private let hiddenProducts: Tensor?

  init(_ machine: BoltzmannMachine) {
    self.machine = machine
    names = machine.parameters.layout.slices.map(\.name)
    visibleProducts = machine.visibleWeights.map { _ in Tensor(machine.visible, machine.visible) }
    hiddenProducts = machine.hiddenWeights.map { _ in Tensor(machine.hidden, machine.hidden) }
  }

  /// Overwrites a shard's slices with −(clamped − ratio · free), twice for weights, and commits them.
  /// The workspace's free means are scaled on the way.
  func add(
    _ space: BoltzmannWorkspace, ratio: Float, into accumulator: Accumulator, at place: Int
  ) {
    let (data, free) = (space.data, space.free)
    differences(
      data.visibleMeans, free.visibleMeans, ratio, slice("visible_bias", accumulator, place))
    differences(
      data.hiddenMeans, free.hiddenMeans, ratio, slice("hidden_bias", accumulator, place))
    free.visibleMeans.scale(by: -ratio)
    free.hiddenMeans.scale(by: -ratio)
    pairs(
      space.visibleMeans, space.visible, visibleProducts,
      slice("visible_weights", accumulator, place))
    pairs(
      space.hiddenMeans, space.hidden, hiddenProducts,
      slice("hidden_weights", accumulator, place))
    if let weights = slice("weights", accumulator, place) {
      multiply(space.hiddenMeans, .transposed, space.visible, .none, into: weights, alpha: -2)
    }
    accumulator.commit(at: place)
  }

  private func slice(_ name: String, _ accumulator: Accumulator, _ place: Int) -> Tensor? {
    names.firstIndex(of: name).map { accumulator.slice($0, at: place) }
  }

  private func differences(_ data: Tensor, _ free: Tensor, _ ratio: Float, _ sums: Tensor?) {
    guard let sums else { return }
    sdt_column_difference(
      sums.pointer, data.pointer, data.shape[0], free.pointer, free.shape[0], ratio, sums.count)
  }

  /// −(Pᵀ X + Xᵀ P) above the diagonal: twice the mean of p_i x_j and x_i p_j.
  private func pairs(_ means: Tensor, _ states: Tensor, _ products: Tensor?, _ sums: Tensor?) {
    guard let sums, let products else { return }
    multiply(means, .transposed, states, .none, into: products, alpha: -1)
    sdt_pack_symmetric(sums.pointer, products.pointer, states.shape[1])
  }
}

/// Buffers of one shard's step. The rows of data and of chains lie in one matrix, one above the other,
/// so that their statistics are one product.
final class BoltzmannWorkspace {
  /// States and means of the rows of one phase.
  struct Rows {
    /// [rows, visible].
    let visible: Tensor
    let visibleMeans: Tensor
    /// [rows, hidden].
    let hidden: Tensor
    let hiddenMeans: Tensor
  }

  /// [positive + negative, visible] and [positive + negative, hidden].
  let visible: Tensor
  let visibleMeans: Tensor
  let hidden: Tensor
  let hiddenMeans: Tensor
  let data: Rows
  let free: Rows
  /// Of the clamped phase.
  let clamped: ClampedPhase.Space
  /// What the data is compared with; made when it is wanted first.
  private(set) lazy var view = VisibleView(rows: key.positive, machine)
  /// 2Wx + c of the chains, [negative, units].
  let field: Tensor
  private let key: LearningSpaceKey
  private let machine: BoltzmannMachine

  init(_ key: LearningSpaceKey, _ machine: BoltzmannMachine) {
    (self.key, self.machine) = (key, machine)
    let rows = key.positive + key.negative
    let all = (0..<2).flatMap { _ in [Tensor(rows, machine.visible), Tensor(rows, machine.hidden)] }
    (visible, hidden, visibleMeans, hiddenMeans) = (all[0], all[1], all[2], all[3])
    func part(_ range: Range<Int>) -> Rows {
      Rows(
        visible: all[0].rows(range), visibleMeans: all[2].rows(range), hidden: all[1].rows(range),
        hiddenMeans: all[3].rows(range))
    }
    data = part(0..<key.positive)
    free = part(key.positive..<rows)
    clamped = ClampedPhase.Space(rows: key.positive, hidden: machine.hidden)
    field = Tensor(key.negative, machine.units)
  }
}
