import Objectives
import Yams

extension SettingsReader {
  /// A number that may change by epoch. Written as a number, as a list of one value an epoch (the
  /// last one stays), or as a mapping with `kind`:
  ///
  ///     {kind: step, start: 0.1, factor: 0.5, every: 10}
  ///     {kind: exponential, start: 0.1, factor: 0.95}
  ///     {kind: cosine, start: 0.1, end: 0.001, epochs: 50}
  ///     {kind: linear, start: 0.5, end: 0.9, epochs: 5}
  public func schedule(
    _ key: String, default standard: Double? = nil, in range: ClosedRange<Double>
  ) throws -> Schedule {
    guard let node = value(key), node.scalar == nil else {
      return .constant(try number(key, default: standard, in: range))
    }
    if let items = node.sequence {
      let values = items.compactMap { $0.scalar.flatMap { Double($0.string) } }
      guard values.count == items.count, !values.isEmpty, values.allSatisfy(range.contains) else {
        throw error(
          "must be numbers from \(range.lowerBound) to \(range.upperBound), one an epoch", key: key)
      }
      record(key, node)
      return .list(values)
    }
    return try scheduleMapping(key, in: range)
  }

  private enum Kind: String, CaseIterable { case step, exponential, cosine, linear }

  private func scheduleMapping(_ key: String, in range: ClosedRange<Double>) throws -> Schedule {
    let reader = try section(key)
    let kind: Kind = try reader.choice("kind")
    let start = try reader.number("start", in: range)
    switch kind {
    case .step:
      return .step(
        start: start, factor: try reader.number("factor", in: 0...10),
        every: try reader.integer("every", in: 1...Int.max))
    case .exponential:
      return .exponential(start: start, factor: try reader.number("factor", in: 0...10))
    case .cosine:
      return .cosine(
        start: start, end: try reader.number("end", default: 0, in: range),
        epochs: try reader.integer("epochs", in: 1...Int.max))
    case .linear:
      return .linear(
        start: start, end: try reader.number("end", in: range),
        epochs: try reader.integer("epochs", in: 1...Int.max))
    }
  }
}
