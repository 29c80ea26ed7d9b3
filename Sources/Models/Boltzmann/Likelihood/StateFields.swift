import CKernels
import Foundation
import Tensors

/// The fields that states of one layer make in the other, and the sums over blocks of states.
///
/// A state's fields are those of its high bits plus those of its low bits, which lie in a table. Of
/// Bernoulli units the table holds exponentials: exp(f) of a state is a product of two numbers, and no
/// exponential is taken a state.
struct StateFields {
  private let kind: UnitKind
  /// The other layer's units beside those of a label, and the same rounded up for the kernels.
  private let units: Int
  private let width: Int
  /// [summed, other].
  private let weights: [Double]
  private let other: Int
  private let summedBias: [Double]
  private let otherBias: [Double]
  private let lowBits: Int
  /// [2^lowBits, width] and of the label's units [2^lowBits, classes]: fields of Gaussian units, else
  /// exponentials.
  private let table: [Double]
  private let labelTable: [Double]
  private let lowBias: [Double]
  /// How many factors 1 + exp(f) stay inside a Float64; 0 where not one does for sure.
  private let group: Int

  /// - Parameter weights: [summed, other].
  init(_ weights: Tensor, summed: UnitLayer, other layer: UnitLayer) {
    (kind, other, units) = (layer.kind, layer.count, layer.sampleWidth)
    width = (units + 15) / 16 * 16
    self.weights = weights.elements.map(Double.init)
    summedBias = summed.unitBias().elements.map(Double.init)
    otherBias = layer.unitBias().elements.map(Double.init)
    lowBits = min(summed.count, 6)
    let bound = Self.largestField(self.weights, otherBias)
    group = bound < 690 ? max(1, Int(700 / (bound + 1))) : 0
    let isExponential = !kind.isGaussian && group > 0
    (table, labelTable, lowBias) = Self.tables(
      self.weights, summedBias, bits: lowBits, other: other, units: units, width: width,
      isExponential: isExponential)
  }

  /// No field of any state is larger, and no part of one.
  private static func largestField(_ weights: [Double], _ bias: [Double]) -> Double {
    var sums = bias.map(abs)
    for (place, weight) in weights.enumerated() { sums[place % sums.count] += abs(weight) }
    return sums.reduce(0) { $1.isFinite ? max($0, $1) : .infinity }
  }

  private static func tables(
    _ weights: [Double], _ bias: [Double], bits: Int, other: Int, units: Int, width: Int,
    isExponential: Bool
  ) -> (fields: [Double], labels: [Double], bias: [Double]) {
    var fields = [Double](repeating: 0, count: width << bits)
    var labels = [Double](repeating: 0, count: (other - units) << bits)
    var sums = [Double](repeating: 0, count: 1 << bits)
    for state in 0..<1 << bits {
      var row = [Double](repeating: 0, count: other)
      for unit in 0..<bits where state >> unit & 1 == 1 {
        sums[state] += bias[unit]
        for i in 0..<other { row[i] += weights[unit * other + i] }
      }
      if isExponential { row = row.map { exp($0) } }
      for i in 0..<units { fields[state * width + i] = row[i] }
      for i in units..<other { labels[state * (other - units) + i - units] = row[i] }
    }
    return (fields, labels, sums)
  }

  /// The log of the sum over the 2^bits states of a block.
  /// - Parameter block: the bits of the states above those.
  func logSum(block: Int, bits: Int) -> Double {
    var terms: [Double] = []
    terms.reserveCapacity(1 << bits)
    for middle in 0..<1 << (bits - lowBits) {
      terms += rowOfTerms(high: block << (bits - lowBits) | middle)
    }
    return logSumExp(terms)
  }

  /// The terms of all states whose bits above the low ones are given.
  private func rowOfTerms(high: Int) -> [Double] {
    var (field, bias) = (otherBias, 0.0)
    for bit in lowBits..<max(summedBias.count, lowBits) where high >> (bit - lowBits) & 1 == 1 {
      bias += summedBias[bit]
      weights.withUnsafeBufferPointer { weights in
        for i in 0..<other { field[i] += weights[bit * other + i] }
      }
    }
    var terms = [Double](repeating: 0, count: 1 << lowBits)
    if kind.isGaussian {
      sdt_half_square_sums(&terms, padded(field), table, terms.count, width)
    } else if group > 0 {
      addProducts(field.map { exp($0) }, to: &terms)
    } else {
      addSlowly(field, to: &terms)
    }
    for state in terms.indices { terms[state] += bias + lowBias[state] }
    return terms
  }

  private func padded(_ row: [Double]) -> [Double] {
    row[..<units] + [Double](repeating: 0, count: width - units)
  }

  private func addProducts(_ high: [Double], to terms: inout [Double]) {
    sdt_product_logarithms(&terms, padded(high), table, terms.count, width, group)
    let classes = other - units
    guard classes > 0 else { return }
    for state in terms.indices {
      var sum = 0.0
      for k in 0..<classes { sum += high[units + k] * labelTable[state * classes + k] }
      terms[state] += log(sum)
    }
  }

  /// Fields so large that an exponential of one may not be a Float64.
  private func addSlowly(_ high: [Double], to terms: inout [Double]) {
    let classes = other - units
    for state in terms.indices {
      let field = (0..<units).map { high[$0] + table[state * width + $0] }
      terms[state] = sdt_softplus_sum_double(field, units)
      guard classes > 0 else { continue }
      terms[state] += logSumExp(
        (0..<classes).map { high[units + $0] + labelTable[state * classes + $0] })
    }
  }
}
