import Objectives
import Tensors

/// Looks at the gradients of a phase as they pass by, in the steps that it is switched on for. In others it
/// holds nothing and does nothing.
final class GradientWatch {
  private let slices: [SliceLayout.Slice]
  /// What this rank counts of sums that all ranks see.
  private let share: Range<Int>
  private var histograms: SliceHistograms?

  /// - Parameters:
  ///   - parameters: slices of the phase that are named so are gradients.
  ///   - layout: the ranks.
  init(_ phase: Phase, parameters: SliceLayout, layout: ShardLayout) {
    slices = phase.sums.slices.filter { parameters[$0.name] != nil }
    share = SliceHistograms.share(of: phase.sums.count, layout)
  }

  /// Switches it on until `take`.
  func begin() { histograms = SliceHistograms(slices) }

  /// What this rank has counted since `begin`; nil where it was not called.
  func take() -> SliceHistograms? {
    defer { histograms = nil }
    return histograms
  }

  /// Counts gradients that this rank alone sees: sums over samples, divided by the number of samples.
  func see(_ range: Range<Int>, ownSums: UnsafePointer<Float>, count: Int) {
    histograms?.add(range, ownSums, times: 1 / Float(max(count, 1)))
  }

  /// Counts this rank's share of gradients that all ranks see.
  func see(_ range: Range<Int>, sums: UnsafePointer<Float>, count: Int) {
    guard histograms != nil else { return }
    let part = range.clamped(to: share)
    see(part, ownSums: sums + (part.lowerBound - range.lowerBound), count: count)
  }
}
