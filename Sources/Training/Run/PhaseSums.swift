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

    /// The places of the parameters whose gradients lie in a range of the buffer, if any do.
    func parameters(of range: Range<Int>) -> Range<Int>? {
      let part = range.clamped(to: sums)
      guard !part.isEmpty else { return nil }
      let first = parameter + part.lowerBound - sums.lowerBound
      return first..<first + part.count
    }
  }

  private let pieces: [Piece]
  /// The runs of places in the phase's buffer that are no gradients.
  private let statistics: [Range<Int>]
  private let holdsBack: Bool
  /// The phase's reduced buffer: all of it for an optimizer that must see all of it first, its statistics for
  /// an objective that has some; else nil.
  private let whole: Tensor?
  /// The gradients in it, piece by piece.
  private let gradients: [UnsafeBufferPointer<Float>]
  private let length: Int
  /// Who updates the parameters; nil where every rank updates all of them.
  let owners: SliceOwners?
  private let watch: GradientWatch?

  /// - Parameters:
  ///   - parameters: the objective's.
  ///   - holdsBack: whether gradients wait until all have arrived.
  ///   - owned: the slices of the buffer that each rank adds, if their owners are to update the
  ///     parameters; and this rank.
  ///   - watch: looks at the gradients before any optimizer does.
  init(
    _ phase: Phase, parameters set: ParameterSet, holdsBack: Bool = false,
    owned: (slices: [[Range<Int>]], rank: Int)? = nil, watch: GradientWatch? = nil
  ) {
    self.watch = watch
    let parameters = set.layout
    let pieces = Self.pieces(phase, parameters)
    let isGradient = phase.sums.slices.allSatisfy { parameters[$0.name] != nil }
    let whole = isGradient && !holdsBack ? nil : Tensor(phase.sums.count)
    self.pieces = pieces
    self.holdsBack = holdsBack
    self.whole = whole
    statistics = phase.sums.slices.filter { parameters[$0.name] == nil }.map(\.range)
    length = phase.sums.count
    owners =
      !holdsBack
      ? owned.map { owned in
        SliceOwners(slices: owned.slices, rank: owned.rank, flat: set.flat) { range in
          pieces.compactMap { $0.parameters(of: range) }
        }
      } : nil
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

  /// Updates the parameters of a slice that this rank owns, and leaves them in the place of the sums.
  func updateOwn(
    _ range: Range<Int>, _ sums: UnsafeMutablePointer<Float>, count: Int, optimizer: any Optimizer
  ) {
    guard let owners else { return }
    watch?.see(range, ownSums: sums, count: count)
    apply(range, sums, count: count, optimizer: optimizer)
    forEachRun(in: range) { first, places in
      (sums + (first - range.lowerBound)).update(
        from: owners.flat.pointer + places.lowerBound, count: places.count)
    }
  }

  /// Takes the parameters of a slice that its owner has updated.
  private func adopt(_ owners: SliceOwners, _ range: Range<Int>, _ values: UnsafePointer<Float>) {
    guard !owners.hasUpdated(range) else { return }
    forEachRun(in: range) { first, places in
      (owners.flat.pointer + places.lowerBound).update(
        from: values + (first - range.lowerBound), count: places.count)
    }
  }

  /// Visits the runs of neighbouring parameters in a range of the buffer: where they begin in the buffer,
  /// and their places among the parameters.
  private func forEachRun(
    in range: Range<Int>, _ body: (_ first: Int, _ places: Range<Int>) -> Void
  ) {
    for piece in pieces {
      guard let places = piece.parameters(of: range) else { continue }
      body(max(range.lowerBound, piece.sums.lowerBound), places)
    }
  }

  /// Takes the sums of a range of the buffer as they arrive, or the parameters that its owner has
  /// updated.
  func take(
    _ range: Range<Int>, _ sums: UnsafePointer<Float>, count: Int, optimizer: any Optimizer
  ) {
    if let owners {
      adopt(owners, range, sums)
    } else {
      watch?.see(range, sums: sums, count: count)
      if !holdsBack { apply(range, sums, count: count, optimizer: optimizer) }
    }
    guard whole != nil else { return }
    if holdsBack { return keep(0..<length, of: range, sums) }
    // Statistics pass through the owners as sums: in their places no parameter is written.
    for places in statistics { keep(places, of: range, sums) }
  }

  private func keep(_ places: Range<Int>, of range: Range<Int>, _ sums: UnsafePointer<Float>) {
    let part = range.clamped(to: places)
    guard let whole, !part.isEmpty else { return }
    (whole.pointer + part.lowerBound).update(
      from: sums + (part.lowerBound - range.lowerBound), count: part.count)
  }

  private func apply(
    _ range: Range<Int>, _ sums: UnsafePointer<Float>, count: Int, optimizer: any Optimizer
  ) {
    forEachRun(in: range) { first, places in
      optimizer.update(places, gradient: sums + (first - range.lowerBound), count: count)
    }
  }

  /// Applies what was held back and hands the statistics over, once all sums have been taken.
  func finish(_ objective: any Objective, phase: Int, count: Int, optimizer: any Optimizer) {
    guard let whole else { return }
    if holdsBack {
      optimizer.measure(gradients, count: count)
      apply(0..<length, whole.pointer, count: count, optimizer: optimizer)
    }
    if !statistics.isEmpty { objective.update(phase: phase, sums: whole, count: count) }
  }
}
