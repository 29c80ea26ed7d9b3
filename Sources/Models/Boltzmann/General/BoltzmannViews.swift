import CKernels
import Objectives
import Tensors

/// What a general Boltzmann machine shows of itself.
public struct BoltzmannViews {
  private let machine: BoltzmannMachine
  private let seed: UInt64
  /// The steps of mean field that infer hidden means.
  private let steps: Int
  private let damping: Float

  /// Views of a machine as its parameters are when asked for.
  /// - Parameters:
  ///   - steps: the steps of mean field, from ½, that infer hidden means.
  ///   - damping: the share of the last means that a step keeps.
  public init(_ machine: BoltzmannMachine, seed: UInt64, steps: Int, damping: Float) {
    (self.machine, self.seed, self.steps, self.damping) = (machine, seed, steps, damping)
  }

  /// Mean-field means of the hidden units given samples, [rows, hidden], from x [rows, visible].
  public func codes(_ samples: Tensor) -> Tensor {
    codes(samples, BoltzmannCouplings(machine))
  }

  private func codes(_ samples: Tensor, _ couplings: BoltzmannCouplings) -> Tensor {
    let rows = samples.shape[0]
    let means = Tensor(rows, machine.hidden)
    let phase = ClampedPhase(couplings: couplings, inference: .meanField(damping: damping))
    // Mean field draws nothing.
    let ids = [UInt32](repeating: 0, count: max(rows, 1))
    phase.infer(
      samples, sweeps: steps, states: means, means: Tensor(rows, machine.hidden),
      space: ClampedPhase.Space(rows: rows, hidden: machine.hidden),
      stream: RandomStream(seed: seed, purpose: .evaluation), ids: ids)
    return means
  }

  /// The weights of the first hidden units; nil without hidden units.
  public var filters: Picture? {
    machine.weights.map { .filters($0, title: "Weights of the hidden units") }
  }

  /// What some visible units, evenly spread, are connected with among the visible ones; nil where there
  /// are no such connections. A tile is a row of 2W.
  public var couplings: Picture? {
    guard machine.visibleWeights != nil else { return nil }
    let all = BoltzmannCouplings(machine).all
    let count = min(machine.visible, 64)
    let tiles = Tensor(count, machine.visible)
    for tile in 0..<count {
      let unit = (2 * tile + 1) * machine.visible / (2 * count)
      (tiles.pointer + tile * machine.visible).update(
        from: all.pointer + unit * machine.units, count: machine.visible)
    }
    return Picture(
      name: "couplings", title: "Couplings of single visible units with all others",
      rows: [tiles], values: .signed,
      axes: .init(rows: "visible units, evenly spread, row by row", columnCount: nil),
      description:
        "For each of \(count) visible units, a tile of its couplings with all visible units: red "
        + "raises the chance that both are on, blue lowers it.")
  }

  /// Test samples, and each of their values as all other units predict it.
  public func reconstructions(_ samples: Tensor) -> Picture {
    let couplings = BoltzmannCouplings(machine)
    let view = VisibleView(rows: samples.shape[0], machine)
    view.look(samples, codes(samples, couplings), couplings)
    return Picture(
      name: "reconstructions", title: "Test samples, and each value as all others predict it",
      rows: [samples, view.means()], labels: ["sample", "model"], values: .unit,
      axes: .init(columns: "test samples"))
  }

  /// Where chains that start at test samples have gone after 1, 10, 100, … sweeps.
  /// - Parameter sweeps: the most of them.
  public func chains(from samples: Tensor, sweeps: Int) -> Picture {
    let sampler = BoltzmannSampler(machine, chains: 0..<samples.shape[0], seed: seed)
    sampler.start(at: samples)
    return .chains(from: samples, sweeps: sweeps, values: .unit, run: sampler.run)
  }
}
