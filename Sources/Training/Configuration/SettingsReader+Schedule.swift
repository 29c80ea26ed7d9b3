import Objectives
import Yams

extension SettingsReader {
  /// A number that may change by epoch. Written as a number, as a list of one value an epoch (the
  /// last one stays), or as a mapping with `kind`:
  ///
  ///     {kind: step, start: 0.1, factor: 0.5, every: 10}
  ///     {kind: milestones, start: 0.1, factor: 0.5, at: [10, 15]}
  ///     {kind: exponential, start: 0.1, factor: 0.95}
  ///     {kind: cosine, start: 0.1, end: 0.001, epochs: 50}
  ///     {kind: linear, start: 0.5, end: 0.9, epochs: 5}
  ///     {kind: list, values: [0.1, 0.01]}
  ///     {kind: constant, value: 0.1}
  ///
  /// Where it may follow updates, `per: step` counts these in the place of epochs (`steps` then
  /// stands for `epochs`), and `warm_up_steps: 500` lets it rise over the first updates.
  /// - Parameters:
  ///   - key: the key.
  ///   - standard: what holds where it is not given.
  ///   - range: what its values must lie in.
  ///   - followsUpdates: whether it may change inside an epoch.
  public func schedule(
    _ key: String, default standard: Double? = nil, in range: ClosedRange<Double>,
    followsUpdates: Bool = false
  ) throws -> Schedule {
    guard let node = value(key), node.scalar == nil else {
      return .constant(try number(key, default: standard, in: range))
    }
    if node.sequence != nil { return .list(try values(key, in: range)) }
    let reader = try section(key)
    let unit: Unit = try followsUpdates ? reader.optionalChoice("per") ?? .epoch : .epoch
    let schedule = try reader.scheduleMapping(unit, in: range)
    let counted = unit == .step ? .perUpdate(schedule) : schedule
    let warmUp =
      try followsUpdates ? reader.optionalInteger("warm_up_steps", in: 1...Int.max) : nil
    return warmUp.map { .warmUp(updates: $0, counted) } ?? counted
  }

  private enum Unit: String, CaseIterable { case epoch, step }
  private enum Kind: String, CaseIterable {
    case constant, list, step, milestones, exponential, cosine, linear
  }

  private func values(_ key: String, in range: ClosedRange<Double>) throws -> [Double] {
    guard let node = value(key) else {
      throw missing(key, "a list of numbers, one an epoch or step")
    }
    let items = node.sequence.map(Array.init) ?? []
    let values = items.compactMap { $0.scalar.flatMap { Double($0.string) } }
    guard values.count == items.count, !values.isEmpty, values.allSatisfy(range.contains) else {
      throw error(
        "must be numbers from \(range.lowerBound) to \(range.upperBound), one an epoch", key: key)
    }
    record(key, node)
    return values
  }

  private func milestones() throws -> [Int] {
    let texts = try strings("at")
    let places = texts.compactMap { Int($0) }
    guard places.count == texts.count, places.allSatisfy({ $0 > 0 }),
      zip(places, places.dropFirst()).allSatisfy({ $0 < $1 })
    else {
      throw error("must be rising whole numbers above zero, such as [200, 350]", key: "at")
    }
    return places
  }

  private func scheduleMapping(_ unit: Unit, in range: ClosedRange<Double>) throws -> Schedule {
    let kind: Kind = try choice("kind")
    switch kind {
    case .constant: return .constant(try number("value", in: range))
    case .list: return .list(try values("values", in: range))
    case .step:
      return .step(
        start: try number("start", in: range), factor: try number("factor", in: 0...10),
        every: try integer("every", in: 1...Int.max))
    case .milestones:
      return .milestones(
        start: try number("start", in: range), factor: try number("factor", in: 0...10),
        at: try milestones())
    case .exponential:
      return .exponential(
        start: try number("start", in: range), factor: try number("factor", in: 0...10))
    case .cosine:
      return .cosine(
        start: try number("start", in: range), end: try number("end", default: 0, in: range),
        epochs: try integer(unit.rawValue + "s", in: 1...Int.max))
    case .linear:
      return .linear(
        start: try number("start", in: range), end: try number("end", in: range),
        epochs: try integer(unit.rawValue + "s", in: 1...Int.max))
    }
  }
}
