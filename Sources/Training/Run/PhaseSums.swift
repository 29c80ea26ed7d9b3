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
  private let hasStatistics: Bool
  private let holdsBack: Bool
  /// The phase's whole reduced buffer, kept only for an objective that wants statistics of it or an
  /// optimizer that must see all of it first.
  private let whole: Tensor?
  /// The gradients in it, piece by piece.
  private let gradients: [UnsafeBufferPointer<Float>]
  private let length: Int

  /// - Parameter holdsBack: whether gradients wait until all have arrived.
  init(_ phase: Phase, parameters: SliceLayout, holdsBack: Bool = false) {
    let pieces = Self.pieces(phase, parameters)
    let isGradient = phase.sums.slices.allSatisfy { parameters[$0.name] != nil }
    let whole = isGradient && !holdsBack ? nil : Tensor(phase.sums.count)
    self.pieces = pieces
    self.holdsBack = holdsBack
    self.whole = whole
    hasStatistics = !isGradient
    length = phase.sums.count
    gradients = pieces.compactMap { piece in
      whole.map {
        UnsafeBufferPointer(start: $0.pointer + piece.sums.lowerBound, count: piece.sums.count)
      }
    }
  }

  private static func pieces(_ phase: Phase, _ parameters: SliceLayout) -> [Piece] {
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
    return pieces
  }

  /// Takes the sums of a range of the buffer as they arrive.
  func take(
    _ range: Range<Int>, _ sums: UnsafePointer<Float>, count: Int, optimizer: any Optimizer
  ) {
    if !holdsBack { apply(range, sums, count: count, optimizer: optimizer) }
    guard let whole else { return }
    let part = range.clamped(to: 0..<length)
    guard !part.isEmpty else { return }
    (whole.pointer + part.lowerBound).update(
      from: sums + (part.lowerBound - range.lowerBound), count: part.count)
  }

  private func apply(
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
  }

  /// Applies what was held back and hands the statistics over, once all sums have been taken.
  func finish(_ objective: any Objective, phase: Int, count: Int, optimizer: any Optimizer) {
    guard let whole else { return }
    if holdsBack {
      optimizer.measure(gradients, count: count)
      apply(0..<length, whole.pointer, count: count, optimizer: optimizer)
    }
    if hasStatistics { objective.update(phase: phase, sums: whole, count: count) }
  }
}
