extension ProgressDisplay.Status {
  /// The status as a line with a bar that fits `width` columns. Where that is narrow, first the
  /// lesser fields go, then the bar, and the loss stays longest.
  func bar(width: Int, isUnicode: Bool) -> String {
    let fields = fields(fitting: width)
    let text = fields.joined(separator: "  ")
    guard let fraction else { return String(text.prefix(max(0, width))) }
    let percent = Self.percent(fraction)
    // Frame, percentage and two gaps stand beside the cells of the bar.
    let room = min(30, width - text.count - percent.count - 5)
    guard room >= 6 else { return String(text.prefix(max(0, width))) }
    let cells = Self.cells(fraction, count: room, isUnicode: isUnicode)
    return ([fields[0], "\(cells) \(percent)"] + fields.dropFirst()).joined(separator: "  ")
  }

  /// The fields in their order on the screen, without the least important ones that do not fit
  /// beside a short bar.
  private func fields(fitting width: Int) -> [String] {
    var ranked: [(text: String, rank: Int)] = []
    ranked.append((stage.map { "\($0) \(epochField)" } ?? epochField, 1))
    ranked.append((field(loss), 0))
    ranked += metrics.enumerated().map { (field($1), 4 + $0) }
    ranked.append(("\(Format.rate(samplesPerSecond))/s", 3))
    if let eta { ranked.append(("ETA \(Format.duration(eta))", 2)) }
    let shortBar = 18
    while ranked.count > 1, ranked.reduce(shortBar, { $0 + $1.text.count + 2 }) > width {
      // With two fields left, they are worth more than the bar.
      if ranked.count == 2, ranked.reduce(0, { $0 + $1.text.count + 2 }) <= width + 2 { break }
      let least = ranked.indices.max { ranked[$0].rank < ranked[$1].rank }!
      ranked.remove(at: least)
    }
    return ranked.map(\.text)
  }

  private static func percent(_ fraction: Double) -> String {
    let number = String(Int(fraction * 100))
    return String(repeating: " ", count: 3 - number.count) + number + "%"
  }

  private static func cells(_ fraction: Double, count: Int, isUnicode: Bool) -> String {
    let eighths = Int(fraction * Double(count * 8))
    let full = eighths / 8
    guard isUnicode else {
      let head = full < count ? ">" : ""
      let rest = String(repeating: " ", count: count - full - head.count)
      return "[" + String(repeating: "=", count: full) + head + rest + "]"
    }
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    let part = parts[eighths % 8]
    let rest = String(repeating: " ", count: count - full - part.count)
    return "▕" + String(repeating: "█", count: full) + part + rest + "▏"
  }
}
