import Tensors

/// The slices of a step's sums behind those of the parameters: sums of u and h over the data, and over the
/// chains, as far as offsets and targets ask for them.
struct StatisticSlices {
  /// One sum: its place among the slices, and its slice; neither where nobody asks for it.
  struct Sum {
    var place: Int?
    var slice: SliceLayout.Slice?

    /// The sum in a phase's reduced buffer.
    func view(_ sums: Tensor) -> Tensor? {
      slice.map { sums.view(offset: $0.offset, shape: $0.shape) }
    }
  }

  /// All slices.
  let layout: SliceLayout
  private(set) var dataVisible = Sum()
  private(set) var dataHidden = Sum()
  private(set) var chainVisible = Sum()
  private(set) var chainHidden = Sum()

  init(_ machine: RestrictedBoltzmannMachine, _ options: ContrastiveDivergenceOptions) {
    let parameters = machine.parameters.layout.slices.map { ($0.name, $0.shape) }
    var extra: [(String, [Int])] = []
    let isCentered = options.centering != .none
    if isCentered || options.sparsity != nil {
      extra.append(("sums/data_hidden", [machine.hidden]))
    }
    if isCentered { extra.append(("sums/data_visible", [machine.visible])) }
    if options.centering == .modelAndData {
      extra += [
        ("sums/chain_hidden", [machine.hidden]), ("sums/chain_visible", [machine.visible]),
      ]
    }
    let layout = SliceLayout(parameters + extra)
    self.layout = layout
    func sum(_ name: String) -> Sum {
      Sum(place: layout.slices.firstIndex { $0.name == name }, slice: layout[name])
    }
    (dataVisible, dataHidden) = (sum("sums/data_visible"), sum("sums/data_hidden"))
    (chainVisible, chainHidden) = (sum("sums/chain_visible"), sum("sums/chain_hidden"))
  }

  /// Adds up a shard's rows, before statistics change them.
  func write(_ values: PhaseValues, into slice: (Int) -> Tensor) {
    func write(_ sum: Sum, _ rows: Tensor) {
      if let place = sum.place { rows.columnSums(into: slice(place)) }
    }
    write(dataHidden, values.data.hidden)
    write(dataVisible, values.data.visible)
    write(chainHidden, values.chain.hidden)
    write(chainVisible, values.chain.visible)
  }

  func data(_ sums: Tensor) -> (visible: Tensor, hidden: Tensor)? {
    guard let u = dataVisible.view(sums), let h = dataHidden.view(sums) else { return nil }
    return (u, h)
  }

  func chains(_ sums: Tensor) -> (visible: Tensor, hidden: Tensor)? {
    guard let u = chainVisible.view(sums), let h = chainHidden.view(sums) else { return nil }
    return (u, h)
  }
}
