import DataParallel
import Objectives
import Optimizers
import Tensors

/// The ranks that update the parameters of a phase, each its slices, for all: who has added the sums of
/// a slice applies the optimizer to it while they are in its cache, and passes parameters on in the
/// place of sums. The bits are the same, and the work is done once.
///
/// What the optimizer keeps is then up to date with the owners alone.
struct SliceOwners {
  /// The places in the flat buffer of the parameters that each rank updates.
  let parameters: [[Range<Int>]]
  /// The parameters' flat buffer, of this rank.
  let flat: Tensor
  private let own: Set<Range<Int>>

  /// - Parameters:
  ///   - slices: the slices of the phase's buffer that each rank adds.
  ///   - rank: this rank.
  ///   - places: where a range of the phase's buffer lies among the parameters.
  init(
    slices: [[Range<Int>]], rank: Int, flat: Tensor, places: (Range<Int>) -> [Range<Int>]
  ) {
    self.flat = flat
    parameters = slices.map { $0.flatMap(places) }
    own = Set(slices[rank])
  }

  /// Whether this rank has updated all of a piece that it is given: a slice of its own. A reducer may
  /// join the slices of several ranks in one piece.
  func hasUpdated(_ piece: Range<Int>) -> Bool { own.contains(piece) }

  /// Whether an optimizer can be applied slice by slice by others: it looks at nothing but the slice, and
  /// nobody reads what it keeps between checkpoints.
  static func suit(_ optimizer: any Optimizer) -> Bool {
    !optimizer.needsWholeGradient && optimizer.averageName == nil
  }
}
