import Foundation

/// What `watch` shows of a run, as lines of text for a window of any size.
struct WatchPage {
  /// A line with its look.
  struct Line: Equatable {
    /// How a line looks, where the terminal can.
    enum Style: Equatable { case plain, title, alarm, faint }
    var text: String
    var style = Style.plain
  }

  let run: WatchedRun
  /// Columns.
  let width: Int
  /// Rows; nil where there is no end of them.
  var height: Int?
  var isUnicode = true
  /// Whether keys work.
  var isLive = false

  /// At most `height` lines of at most `width` columns.
  func lines() -> [Line] {
    let head = self.head()
    let sections = [warnings(), metrics(), pictures()].filter { !$0.isEmpty }
    var page = head
    let space = (height ?? .max) - (isLive && height ?? 2 > 1 ? 1 : 0)
    for section in sections {
      // The blank line goes first where it is narrow.
      let isRoomy = page.count + section.count + 1 <= space - 2
      page += (isRoomy ? [Line(text: "")] : []) + section
    }
    let rows = min(height == nil ? 10 : 40, max(0, space - page.count - 1))
    if rows > 0, !run.log.isEmpty { page += [Line(text: "")] + logLines(rows) }
    page = Array(page.prefix(max(0, space)))
    if isLive, let height, height > 1 {
      page += Array(repeating: Line(text: ""), count: max(0, height - 1 - page.count))
      page.append(Line(text: "q ends", style: .faint))
    }
    return page.map(fitted)
  }

  private func fitted(_ line: Line) -> Line {
    let text = line.text.harmless(isUnicode: isUnicode)
    return Line(
      text: DisplayWidth.fitted(text, columns: width, isUnicode: isUnicode), style: line.style)
  }

  // MARK: - Head

  private func head() -> [Line] {
    var style = Line.Style.plain
    switch run.condition {
    case .failed, .silent: style = .alarm
    default: break
    }
    let lines = [
      Line(text: title, style: .title), Line(text: run.condition.text + place, style: style),
      Line(text: position.joined(separator: "  ")), bar, activity, best, sampling,
    ]
    return lines.compactMap { $0 }.filter { !$0.text.isEmpty }
  }

  private var title: String {
    let name = run.progress["name"]?.stringValue
    return name.map { "\($0)  \(run.path)" } ?? run.path
  }

  /// Such as ` on 2 ranks of node1, node2`.
  private var place: String {
    guard let ranks = run.progress["ranks"]?.intValue else { return "" }
    let hosts = run.progress["hosts"]?.arrayValue?.compactMap(\.stringValue) ?? []
    let names = hosts.count > 4 ? hosts.prefix(3) + ["\(hosts.count - 3) more"] : hosts[...]
    let verb = run.condition == .running ? " on " : ", on "
    let of = names.isEmpty ? "" : " of " + names.joined(separator: ", ")
    return verb + (ranks == 1 ? "1 rank" : "\(ranks) ranks") + of
  }

  /// Whether metrics.jsonl is ahead of progress.json.
  private var isMeasuredLater: Bool {
    guard let step = run.progress["step"]?.intValue, let measured = run.metrics.step else {
      return false
    }
    return measured > step
  }

  private var position: [String] {
    var fields: [String] = []
    if let stage = run.progress["stage"]?.stringValue
      ?? (run.metrics.stage.isEmpty ? nil : run.metrics.stage)
    {
      let stages = run.progress["stages"]?.intValue ?? 1
      fields.append(stages > 1 ? "stage \(stage) of \(stages)" : stage)
    }
    func count(_ name: String, _ all: String, _ measured: Int?) {
      guard let value = isMeasuredLater ? measured : run.progress[name]?.intValue ?? measured else {
        return
      }
      fields.append("\(name) \(value)" + (run.progress[all]?.intValue.map { "/\($0)" } ?? ""))
    }
    count("epoch", "epochs", run.metrics.epoch)
    count("step", "steps", run.metrics.step)
    guard run.condition == .running else { return fields }
    if let rate = run.progress["samples_per_second"]?.doubleValue {
      fields.append("\(Format.rate(rate)) samples/s")
    }
    if let eta = run.progress["eta_seconds"]?.doubleValue {
      fields.append("ETA \(Format.duration(eta))")
    }
    return fields
  }

  private var bar: Line? {
    let measured = isMeasuredLater ? run.metrics.step : nil
    guard let step = measured ?? run.progress["step"]?.intValue,
      let steps = run.progress["steps"]?.intValue,
      steps > 0, width >= 20
    else { return nil }
    let share = min(1, max(0, Double(step) / Double(steps)))
    let cells = ProgressDisplay.Status.cells(share, count: min(60, width - 8), isUnicode: isUnicode)
    return Line(text: "\(cells) \(Int(share * 100))%")
  }

  private var activity: Line? {
    guard run.condition == .running, let activity = run.progress["activity"]?.stringValue else {
      return nil
    }
    return Line(text: "\(activity) …")
  }

  private var best: Line? {
    guard let best = run.progress["best"], let name = best["name"]?.stringValue,
      let value = best["value"]?.doubleValue, let step = best["step"]?.intValue
    else { return nil }
    return Line(text: "best \(name): \(Format.metric(value)) after step \(step)")
  }

  private var sampling: Line? {
    let bytes = run.metrics.skippedBytes
    guard bytes > 0 else { return nil }
    return Line(
      text: "metrics.jsonl is large: curves, least and most leave out \(Format.bytes(bytes)) of it",
      style: .faint)
  }

  // MARK: - Sections

  private func metrics() -> [Line] {
    let series = run.metrics.groups.flatMap(\.series)
    guard !series.isEmpty else { return [Line(text: "no metrics yet", style: .faint)] }
    let table = MetricsTable(series: series, width: width, isUnicode: isUnicode)
    return run.metrics.groups.flatMap { group in
      [Line(text: table.title(group.kind), style: .title)]
        + group.series.map { Line(text: table.row($0)) }
    }
  }

  private func pictures() -> [Line] {
    let shown = run.pictures.prefix(height == nil ? 8 : 3)
    return shown.isEmpty
      ? []
      : [Line(text: "pictures", style: .title)]
        + shown.map { Line(text: "  \(run.path)/images/\($0)") }
  }

  private func warnings() -> [Line] {
    run.warnings.map { Line(text: Self.untimed($0), style: .alarm) }
  }

  private func logLines(_ rows: Int) -> [Line] {
    guard rows > 1 else { return [] }
    return [Line(text: "train.log", style: .title)]
      + run.log.suffix(rows - 1).map { Line(text: "  " + Self.untimed($0)) }
  }

  /// A line of the log with the time of day only.
  static func untimed(_ line: String) -> String {
    guard let gap = line.range(of: "Z  "), let day = line.firstIndex(of: "T"), day < gap.lowerBound
    else { return line }
    let time = line[line.index(after: day)..<gap.lowerBound].prefix(8)
    return "\(time)  \(line[gap.upperBound...])"
  }
}
