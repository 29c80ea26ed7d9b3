import CKernels
import Objectives
import Tensors

/// How the hidden units of a general Boltzmann machine are inferred while data clamps the visible ones.
public enum HiddenInference: Sendable, Equatable {
  /// Gibbs sweeps over the hidden units, from fair coins.
  case gibbs
  /// Mean field: μ ← damping · μ + (1 − damping) · σ(field of μ), from ½, all units at once. Without
  /// damping strong couplings may make it swing for ever.
  /// Source: Peterson and Anderson, "A mean field theory learning algorithm for neural networks", 1987.
  case meanField(damping: Float)
}

/// The hidden units given rows of visible ones.
///
/// Hidden units that are not connected with each other are independent given the visible ones: then
/// one sweep, or one step of mean field without damping, is exact and all that is done.
struct ClampedPhase {
  let couplings: BoltzmannCouplings
  let inference: HiddenInference

  /// Buffers for a number of rows.
  final class Space {
    /// What the visible units and the bias give, and with the hidden units' share, [rows, hidden] each.
    let base: Tensor
    let field: Tensor

    init(rows: Int, hidden: Int) {
      base = Tensor(rows, hidden)
      field = Tensor(rows, hidden)
    }
  }

  /// Infers the hidden units.
  /// - Parameters:
  ///   - visible: [rows, visible]; grey values count as they are.
  ///   - sweeps: the number of sweeps or steps, at least 1.
  ///   - states: written: samples, or mean-field means; [rows, hidden].
  ///   - means: written: p(unit = 1 | all others) of the last samples, or the same as `states`.
  ///   - stream: where a sample draws, by its id, in the rounds from `firstRound` on.
  func infer(
    _ visible: Tensor, sweeps: Int, states: Tensor, means: Tensor, space: Space,
    stream: RandomStream, ids: UnsafePointer<UInt32>, firstRound: Int = 0
  ) {
    guard couplings.machine.hidden > 0, states.shape[0] > 0 else { return }
    couplings.driveHidden(visible, into: space.base)
    switch inference {
    case .gibbs:
      sample(states, sweeps, space, stream, ids, firstRound)
      sdt_sigmoid_into(means.pointer, space.field.pointer, means.count)
    case .meanField(let damping):
      iterate(states, couplings.connectsHidden ? damping : 0, sweeps, space)
      means.assign(states)
    }
  }

  private func sample(
    _ states: Tensor, _ sweeps: Int, _ space: Space, _ stream: RandomStream,
    _ ids: UnsafePointer<UInt32>, _ firstRound: Int
  ) {
    let (rows, hidden) = (states.shape[0], states.shape[1])
    func round(_ number: Int) -> sdt_stream {
      stream.at(step: Int(stream.kernel.step), round: firstRound + number).kernel
    }
    states.fill(0.5)
    sdt_bernoulli_draw(states.pointer, states.pointer, rows, hidden, round(0), ids)
    drive(states, space)
    for sweep in 1...(couplings.connectsHidden ? sweeps : 1) {
      sdt_gibbs_sweep(
        states.pointer, space.field.pointer, couplings.hidden.pointer, rows, hidden, round(sweep),
        ids)
    }
  }

  private func iterate(_ means: Tensor, _ damping: Float, _ steps: Int, _ space: Space) {
    means.fill(0.5)
    for _ in 0..<(couplings.connectsHidden ? steps : 1) {
      drive(means, space)
      sdt_mean_field_step(means.pointer, space.field.pointer, damping, means.count)
    }
  }

  /// The hidden units' field at their states.
  private func drive(_ states: Tensor, _ space: Space) {
    space.field.assign(space.base)
    guard couplings.connectsHidden else { return }
    multiply(states, .none, couplings.hidden, .none, into: space.field, beta: 1)
  }
}
