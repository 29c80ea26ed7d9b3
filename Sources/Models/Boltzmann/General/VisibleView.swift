import CKernels
import Foundation
import Objectives
import Tensors

/// Each visible unit as all other units see it.
final class VisibleView {
  /// 2Wx + c of all units at the rows' states, [rows, units].
  let field: Tensor
  private let joint: Tensor
  private let visible: Int

  init(rows: Int, _ machine: BoltzmannMachine) {
    visible = machine.visible
    joint = Tensor(rows, machine.units)
    field = Tensor(rows, machine.units)
  }

  /// Looks at visible [rows, visible] and hidden [rows, hidden] units.
  func look(_ visible: Tensor, _ hidden: Tensor, _ couplings: BoltzmannCouplings) {
    UnitColumns.join(visible: visible, hidden: hidden, into: joint)
    couplings.drive(joint, into: field)
  }

  /// Σ (x_i − p(x_i = 1 | rest))² over x [rows, visible], in Float64.
  func squaredError(_ x: Tensor) -> Double {
    total(x) { value, odds in
      let error = value - 1 / (1 + exp(-odds))
      return error * error
    }
  }

  /// Σ log p(x_i | rest) over x [rows, visible], in nats; a grey x_i counts as that mixture of 0 and 1.
  func logLikelihood(_ x: Tensor) -> Double {
    total(x) { value, odds in
      value * logSigmoid(odds) + (1 - value) * logSigmoid(-odds)
    }
  }

  /// p(x_i = 1 | rest) of every visible unit, [rows, visible].
  func means() -> Tensor {
    let (rows, units) = (field.shape[0], field.shape[1])
    let means = Tensor(rows, visible)
    for row in 0..<rows {
      sdt_sigmoid_into(means.pointer + row * visible, field.pointer + row * units, visible)
    }
    return means
  }

  private func total(_ x: Tensor, _ term: (Double, Double) -> Double) -> Double {
    let (rows, units) = (field.shape[0], field.shape[1])
    var sum = 0.0
    for row in 0..<rows {
      let (values, odds) = (x.pointer + row * visible, field.pointer + row * units)
      for i in 0..<visible { sum += term(Double(values[i]), Double(odds[i])) }
    }
    return sum
  }
}
