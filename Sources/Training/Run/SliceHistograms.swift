import MessagePassing
import Reporting
import Tensors

/// Histograms of the slices of a flat buffer. Every rank counts some of its places, each place is counted by
/// one rank: so they are the same on any number of ranks.
struct SliceHistograms {
  private let slices: [SliceLayout.Slice]
  private var counts: [HistogramCounts]

  /// Nothing has been counted.
  init(_ slices: [SliceLayout.Slice]) {
    self.slices = slices
    counts = slices.map { _ in HistogramCounts() }
  }

  /// Counts what lies in a range of the buffer.
  /// - Parameters:
  ///   - values: the first is that of the range's lower bound.
  ///   - factor: what each is multiplied by.
  mutating func add(_ range: Range<Int>, _ values: UnsafePointer<Float>, times factor: Float = 1) {
    for (place, slice) in slices.enumerated() {
      let part = range.clamped(to: slice.range)
      guard !part.isEmpty else { continue }
      let first = values + (part.lowerBound - range.lowerBound)
      counts[place].add(UnsafeBufferPointer(start: first, count: part.count), times: factor)
    }
  }

  /// Adds what all ranks have counted. Every rank calls this; rank 0 gets the histograms, by name.
  func collected(_ communicator: Communicator) throws -> [(name: String, histogram: Histogram)] {
    var words = counts.flatMap(\.words)
    var extremes = counts.flatMap(\.extremes)
    try communicator.reduce(&words, .sum)
    try communicator.reduce(&extremes, .greatest)
    guard communicator.rank == 0 else { return [] }
    return slices.enumerated().compactMap { place, slice in
      let first = place * HistogramCounts.width
      let all = HistogramCounts(
        words: Array(words[first..<first + HistogramCounts.width]),
        extremes: Array(extremes[2 * place..<2 * place + 2]))
      return all.histogram.map { (slice.name, $0) }
    }
  }

  /// The places of a buffer that a rank counts where all ranks have all of it.
  static func share(of count: Int, _ layout: ShardLayout) -> Range<Int> {
    layout.rank * count / layout.ranks..<(layout.rank + 1) * count / layout.ranks
  }
}
