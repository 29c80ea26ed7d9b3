extension ProgressDisplay.Status {
  /// The status as a line with a bar that fits `width` columns. Where that is narrow, first the
  /// lesser fields go, then the bar, and the loss stays longest.
  /// - Parameters:
  ///   - marks: where there were evaluations and checkpoints.
  ///   - activity: what is under way, such as "evaluating 12 s".
  func bar(
    width: Int, isUnicode: Bool, marks: ProgressMarks = .init(), activity: String? = nil
  ) -> String {
    let fields = fields(fitting: width, isUnicode: isUnicode, activity: activity)
    let text = fields.joined(separator: "  ")
    guard let fraction else { return Self.fitted(text, width, isUnicode) }
    let percent = Self.percent(fraction)
    // Frame, percentage and two gaps stand beside the cells of the bar.
    let room = min(30, width - DisplayWidth.of(text) - percent.count - 5)
    guard room >= 6 else { return Self.fitted(text, width, isUnicode) }
    let cells = Self.cells(fraction, count: room, isUnicode: isUnicode, marks: marks)
    return ([fields[0], "\(cells) \(percent)"] + fields.dropFirst()).joined(separator: "  ")
  }

  private static func fitted(_ text: String, _ width: Int, _ isUnicode: Bool) -> String {
    DisplayWidth.fitted(text, columns: max(0, width), isUnicode: isUnicode)
  }

  /// The fields in their order on the screen, without the least important ones that do not fit
  /// beside a short bar.
  private func fields(fitting width: Int, isUnicode: Bool, activity: String?) -> [String] {
    var ranked: [(text: String, rank: Int)] = []
    ranked.append((stage.map { "\($0) \(epochField)" } ?? epochField, 2))
    ranked.append((field(loss), 0))
    if let activity { ranked.append((activity, 1)) }
    ranked += metrics.enumerated().map { (field($1), 5 + $0) }
    ranked.append(("\(Format.rate(samplesPerSecond))/s", 4))
    if let eta { ranked.append(("ETA \(Format.duration(eta))", 3)) }
    ranked = ranked.map { ($0.text.harmless(isUnicode: isUnicode), $0.rank) }
    let shortBar = 18
    func columns() -> Int { ranked.reduce(0) { $0 + DisplayWidth.of($1.text) + 2 } }
    while ranked.count > 1, shortBar + columns() > width {
      // With two fields left, they are worth more than the bar.
      if ranked.count == 2, columns() <= width + 2 { break }
      let least = ranked.indices.max { ranked[$0].rank < ranked[$1].rank }!
      ranked.remove(at: least)
    }
    return ranked.map(\.text)
  }

  private static func percent(_ fraction: Double) -> String {
    let number = String(Int(fraction * 100))
    return String(repeating: " ", count: 3 - number.count) + number + "%"
  }

  static func cells(
    _ fraction: Double, count: Int, isUnicode: Bool, marks: ProgressMarks = .init()
  ) -> String {
    let eighths = Int(fraction * Double(count * 8))
    let full = eighths / 8
    let filled = (0..<full).map { Self.cell(marks.kind(cell: $0, of: count), isUnicode) }.joined()
    guard isUnicode else {
      let head = full < count ? ">" : ""
      let rest = String(repeating: " ", count: count - full - head.count)
      return "[" + filled + head + rest + "]"
    }
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    let part = parts[eighths % 8]
    let rest = String(repeating: " ", count: count - full - part.count)
    return "▕" + filled + part + rest + "▏"
  }

  /// A full cell, lighter where there was an evaluation or a checkpoint.
  private static func cell(_ mark: ProgressDisplay.Activity?, _ isUnicode: Bool) -> String {
    switch mark {
    case .evaluation: isUnicode ? "▒" : "e"
    case .checkpoint: isUnicode ? "▓" : "c"
    case nil: isUnicode ? "█" : "="
    }
  }
}
