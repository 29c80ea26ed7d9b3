import CKernels
import Foundation
import Tensors

/// The exact log Z of a Bernoulli RBM, by summing over all states of its smaller layer.
///
/// With h summed out, Z = Σ_x exp(cᵀx) Π_j (1 + exp(b_j + W_j·x)); with x summed out, the same with
/// the layers exchanged. States are counted in binary and dealt to ranks in blocks; all sums are
/// Float64.
public struct PartitionFunction {
  /// The largest smaller layer that is summed over.
  public static let mostUnits = 25

  /// Whether a machine is small enough.
  public static func canSum(_ machine: RestrictedBoltzmannMachine) -> Bool {
    min(machine.visible, machine.hidden) <= mostUnits
  }

  private let summed: Int
  private let other: Int
  /// [summed, other].
  private let weights: [Double]
  private let summedBias: [Double]
  private let otherBias: [Double]

  /// Of a machine as it is now.
  /// - Precondition: `canSum(machine)`.
  public init(_ machine: RestrictedBoltzmannMachine) {
    precondition(Self.canSum(machine), "at most \(Self.mostUnits) units are summed over")
    let overHidden = machine.hidden <= machine.visible
    let (hidden, visible) = (machine.hidden, machine.visible)
    summed = overHidden ? hidden : visible
    other = overHidden ? visible : hidden
    let source = machine.weights.pointer
    var weights = [Double](repeating: 0, count: hidden * visible)
    for j in 0..<hidden {
      for i in 0..<visible {
        weights[overHidden ? j * visible + i : i * hidden + j] = Double(source[j * visible + i])
      }
    }
    self.weights = weights
    let biases = (
      machine.hiddenBias.elements.map(Double.init), machine.visibleBias.elements.map(Double.init)
    )
    (summedBias, otherBias) = overHidden ? biases : (biases.1, biases.0)
  }

  /// States of a block: one has the same low bits, so that its fields come from a table.
  private var lowBits: Int { min(summed, 10) }

  /// log Z, the same bits on any number of ranks. Every rank calls this together.
  public func logarithm(across: any GlobalGather) throws -> Double {
    let deal = BlockDeal(1 << (summed - lowBits), block: 1, across: across)
    let own = deal.local.map { block(high: $0) }
    return logSumExp(try across.gather(own, counts: deal.counts))
  }

  /// The log of the sum over all states whose high bits are given.
  private func block(high: Int) -> Double {
    var field = otherBias
    var bias = 0.0
    for bit in lowBits..<summed where high >> (bit - lowBits) & 1 == 1 {
      bias += summedBias[bit]
      add(bit, 1, to: &field)
    }
    var terms = [Double](repeating: 0, count: 1 << lowBits)
    // A Gray code changes one unit from a state to the next.
    for state in 0..<terms.count {
      if state > 0 {
        let bit = state.trailingZeroBitCount
        let sign = (state ^ state >> 1) >> bit & 1 == 1 ? 1.0 : -1.0
        bias += sign * summedBias[bit]
        add(bit, sign, to: &field)
      }
      terms[state] = bias + sdt_softplus_sum_double(field, other)
    }
    return logSumExp(terms)
  }

  private func add(_ unit: Int, _ sign: Double, to field: inout [Double]) {
    weights.withUnsafeBufferPointer { weights in
      for i in 0..<other { field[i] += sign * weights[unit * other + i] }
    }
  }
}

/// log Σ exp(x), from the largest down.
public func logSumExp(_ values: [Double]) -> Double {
  guard let largest = values.max(), largest.isFinite else { return values.max() ?? -.infinity }
  return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
}
