import Objectives
import Optimizers
import Tensors

/// Where the reduced sums of a phase go: slices named like parameters are gradients, for the
/// optimizer; others are statistics, for the objective.
struct PhaseSums {
  /// A run of places in the phase's buffer whose gradients belong to neighbouring parameters.
  private struct Piece {
    var sums: Range<Int>
    var parameter: Int
  }

  private let pieces: [Piece]
  /// The phase's whole reduced buffer, kept only for an objective that wants statistics of it.
  private let statistics: Tensor?
  private let length: Int

  init(_ phase: Phase, parameters: SliceLayout) {
    var pieces: [Piece] = []
    for slice in phase.sums.slices {
      guard let parameter = parameters[slice.name] else { continue }
      precondition(
        parameter.shape == slice.shape, "a gradient has its parameter's shape: \(slice.name)")
      if let last = pieces.last, last.sums.upperBound == slice.offset,
        last.parameter + last.sums.count == parameter.offset
      {
        pieces[pieces.count - 1].sums = last.sums.lowerBound..<slice.range.upperBound
      } else {
        pieces.append(Piece(sums: slice.range, parameter: parameter.offset))
      }
    }
    self.pieces = pieces
    length = phase.sums.count
    let isGradient = phase.sums.slices.allSatisfy { parameters[$0.name] != nil }
    statistics = isGradient ? nil : Tensor(length)
  }

  /// Takes the sums of a range of the buffer as they arrive.
  func take(
    _ range: Range<Int>, _ sums: UnsafePointer<Float>, count: Int, optimizer: any Optimizer
  ) {
    for piece in pieces {
      let part = range.clamped(to: piece.sums)
      guard !part.isEmpty else { continue }
      let first = piece.parameter + part.lowerBound - piece.sums.lowerBound
      optimizer.update(
        first..<first + part.count, gradient: sums + (part.lowerBound - range.lowerBound),
        count: count)
    }
    guard let statistics else { return }
    for place in range.clamped(to: 0..<length) {
      statistics.pointer[place] = sums[place - range.lowerBound]
    }
  }

  /// Hands the statistics over, once all sums have been taken.
  func finish(_ objective: any Objective, phase: Int, count: Int) {
    guard let statistics else { return }
    objective.update(phase: phase, sums: statistics, count: count)
  }
}
