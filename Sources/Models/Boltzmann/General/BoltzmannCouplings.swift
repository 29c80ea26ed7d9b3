import CKernels
import Tensors

/// What drives the units of a Boltzmann machine: 2W and c, as matrices for products and sweeps.
///
/// A copy of the parameters as they were at the last `refresh`: a rank makes it once a step, for all
/// its shards.
final class BoltzmannCouplings {
  let machine: BoltzmannMachine
  /// 2W [units, units], symmetric with a zero diagonal; visible units stand first.
  let all: Tensor
  /// 2W between hidden and visible units, [hidden, visible].
  let between: Tensor
  /// 2W among hidden units, [hidden, hidden].
  let hidden: Tensor
  /// c [units].
  let bias: Tensor

  init(_ machine: BoltzmannMachine) {
    self.machine = machine
    all = Tensor(machine.units, machine.units)
    between = Tensor(machine.hidden, machine.visible)
    hidden = Tensor(machine.hidden, machine.hidden)
    bias = Tensor(machine.units)
    refresh()
  }

  /// Whether hidden units are connected with each other.
  var connectsHidden: Bool { machine.hiddenWeights != nil }

  /// Takes the parameters as they are.
  func refresh() {
    let (visible, units) = (machine.visible, machine.units)
    let corner = all.pointer + visible * units
    if let packed = machine.visibleWeights {
      sdt_unpack_triangle(all.pointer, units, packed.pointer, visible, 2)
    }
    if let weights = machine.weights {
      sdt_scale_mirrored(
        corner, all.pointer + visible, units, weights.pointer, machine.hidden, visible, 2)
      sdt_scale_into(between.pointer, weights.pointer, 2, weights.count)
    }
    if let packed = machine.hiddenWeights {
      sdt_unpack_triangle(corner + visible, units, packed.pointer, machine.hidden, 2)
      sdt_unpack_triangle(hidden.pointer, machine.hidden, packed.pointer, machine.hidden, 2)
    }
    bias.pointer.update(from: machine.visibleBias.pointer, count: visible)
    if let hiddenBias = machine.hiddenBias {
      (bias.pointer + visible).update(from: hiddenBias.pointer, count: machine.hidden)
    }
  }

  /// 2Wx + c of every row, [rows, units], from x [rows, units].
  func drive(_ x: Tensor, into field: Tensor) {
    multiply(x, .none, all, .none, into: field)
    add(bias.pointer, to: field)
  }

  /// What visible units add to the hidden ones' field, with the hidden bias: [rows, hidden], from
  /// x [rows, visible].
  func driveHidden(_ x: Tensor, into field: Tensor) {
    multiply(x, .none, between, .transposed, into: field)
    add(bias.pointer + machine.visible, to: field)
  }

  private func add(_ bias: UnsafePointer<Float>, to field: Tensor) {
    let (rows, columns) = (field.shape[0], field.shape[1])
    sdt_bias_activate(field.pointer, field.pointer, bias, rows, columns, 1, SDT_IDENTITY, 0)
  }

  /// Sweeps over all units of chains x [rows, units], whose field is made first and then kept up to
  /// date while units flip: rounding adds up over the sweeps of one call alone.
  /// - Parameter rounds: the sweeps' numbers, which count their draws in the stream's step.
  func sweep(
    _ x: Tensor, field: Tensor, rounds: Range<Int>, stream: RandomStream,
    ids: UnsafePointer<UInt32>
  ) {
    drive(x, into: field)
    for round in rounds {
      sdt_gibbs_sweep(
        x.pointer, field.pointer, all.pointer, x.shape[0], machine.units,
        stream.at(step: Int(stream.kernel.step), round: round).kernel, ids)
    }
  }
}

/// Copies the columns of visible and of hidden units out of rows of all units, or back.
enum UnitColumns {
  /// visible [rows, V] and hidden [rows, H] from all [rows, V + H].
  static func split(_ all: Tensor, visible: Tensor, hidden: Tensor) {
    let (v, h) = (visible.shape[1], hidden.shape[1])
    for row in 0..<all.shape[0] {
      let start = all.pointer + row * (v + h)
      (visible.pointer + row * v).update(from: start, count: v)
      (hidden.pointer + row * h).update(from: start + v, count: h)
    }
  }

  /// all [rows, V + H] from visible [rows, V] and hidden [rows, H].
  static func join(visible: Tensor, hidden: Tensor, into all: Tensor) {
    let (v, h) = (visible.shape[1], hidden.shape[1])
    for row in 0..<all.shape[0] {
      let start = all.pointer + row * (v + h)
      start.update(from: visible.pointer + row * v, count: v)
      (start + v).update(from: hidden.pointer + row * h, count: h)
    }
  }
}
