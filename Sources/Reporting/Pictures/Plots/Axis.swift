import Foundation

/// Round numbers along an axis.
struct Axis: Equatable {
  /// The numbers, rising.
  let ticks: [Double]
  private let places: Int

  /// Multiples of 1, 2 or 5 times a power of ten inside a range: about `count` of them; none where the range
  /// is too wide or too narrow for numbers to tell places in it apart.
  init(_ range: ClosedRange<Double>, count: Int = 5) {
    let rough = (range.upperBound - range.lowerBound) / Double(count)
    let power = pow(10, log10(rough).rounded(.down))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? 10 * power
    let size = max(abs(range.lowerBound), abs(range.upperBound))
    guard step > 0, step.isFinite, size / step < 1e12 else {
      (ticks, places) = ([], 0)
      return
    }
    let first = (range.lowerBound / step).rounded(.up)
    let last = (range.upperBound / step).rounded(.down)
    ticks = first <= last ? Array(stride(from: first, through: last, by: 1)).map { $0 * step } : []
    places = max(0, Int((-log10(step)).rounded(.up)))
  }

  /// A number as it stands beside the axis.
  func text(_ tick: Double) -> String {
    // No minus before a zero.
    let text = Format.fixed(tick == 0 ? 0 : tick, places)
    let size = abs(tick)
    return size >= 1e6 || places > 5 ? Self.short(tick) : Self.withMinus(text)
  }

  /// Three significant digits, without zeros at the end.
  static func short(_ value: Double) -> String {
    let size = abs(value)
    if size == 0 { return "0" }
    if !value.isFinite { return value.isNaN ? "NaN" : value > 0 ? "∞" : "−∞" }
    if size < 1e-3 || size >= 1e5 { return withMinus(Format.scientific(value, 1)) }
    let places = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4
    let text = Format.fixed(value, places)
    guard text.contains(".") else { return withMinus(text) }
    let kept = text.reversed().drop { $0 == "0" }
    return withMinus(String(String(kept.first == "." ? kept.dropFirst() : kept).reversed()))
  }

  /// The sign of a negative number is a minus, not a hyphen.
  static func withMinus(_ text: String) -> String { text.replacing("-", with: "−") }
}

/// Ranges of which every place can be computed, whatever finite numbers lie in them.
extension Axis {
  /// Numbers beyond lie at the edge: the difference of two of them need not be finite.
  static func clamped(_ value: Double) -> Double { min(max(value, -1e300), 1e300) }

  /// A range with so much room on both sides, or as much more as it takes to tell numbers in it apart.
  static func widened(_ low: Double, _ high: Double, by room: Double) -> ClosedRange<Double> {
    let room = max(room, least(low, high))
    return low - room...high + room
  }

  /// The least room around numbers of this size.
  static func least(_ low: Double, _ high: Double) -> Double {
    max(abs(low), abs(high), 1e-290) * 1e-9
  }
}
