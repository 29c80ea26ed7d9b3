/// Where along a run there were evaluations and checkpoints, for a bar of any length: a fixed number of
/// places, however many there were.
struct ProgressMarks: Sendable {
  /// A common multiple of many lengths.
  private static let places = 720

  private var kinds = [ProgressDisplay.Activity?](repeating: nil, count: Self.places)

  /// Remembers one. Where both happen, the evaluation shows.
  mutating func add(_ kind: ProgressDisplay.Activity, step: Int, of steps: Int) {
    guard steps > 0, step > 0, step <= steps else { return }
    let place = Self.place(step, of: steps)
    if kinds[place] != .evaluation { kinds[place] = kind }
  }

  /// What happened in a cell of a bar of `count` cells.
  func kind(cell: Int, of count: Int) -> ProgressDisplay.Activity? {
    let range = cell * Self.places / count..<max((cell + 1) * Self.places / count, cell + 1)
    let found = kinds[range.clamped(to: 0..<Self.places)]
    return found.contains(.evaluation)
      ? .evaluation : found.contains(.checkpoint) ? .checkpoint : nil
  }

  /// What is done after the last step of a cell belongs to that cell, which is full by then.
  private static func place(_ step: Int, of steps: Int) -> Int {
    let (product, overflows) = step.multipliedReportingOverflow(by: places)
    let end = overflows ? Int(Double(step) / Double(steps) * Double(places)) : product / steps
    return min(max(end - 1, 0), places - 1)
  }
}
