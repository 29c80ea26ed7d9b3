import Foundation

/// Round numbers along an axis.
struct Axis: Equatable {
  /// The numbers, rising.
  let ticks: [Double]
  private let places: Int

  /// Multiples of 1, 2 or 5 times a power of ten inside a range: about `count` of them.
  init(_ range: ClosedRange<Double>, count: Int = 5) {
    let rough = (range.upperBound - range.lowerBound) / Double(count)
    let power = pow(10, log10(rough).rounded(.down))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? 10 * power
    let first = (range.lowerBound / step).rounded(.up)
    let last = (range.upperBound / step).rounded(.down)
    ticks = first <= last ? Array(stride(from: first, through: last, by: 1)).map { $0 * step } : []
    places = max(0, Int((-log10(step)).rounded(.up)))
  }

  /// A number as it stands beside the axis.
  func text(_ tick: Double) -> String {
    // No minus before a zero.
    Format.fixed(tick == 0 ? 0 : tick, places)
  }
}
