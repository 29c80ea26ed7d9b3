import Foundation
import Reporting

/// Several runs side by side: what they were told that differs, and what came of them.
struct Comparison {
  private let runs: [RunFolder]
  private let home: String
  /// More columns than that nobody reads.
  private static let mostMetrics = 10
  private static let mostSettings = 12

  init(_ runs: [RunFolder], _ home: String) { (self.runs, self.home) = (runs, home) }

  var parts: [HTML] {
    let (keys, metrics) = (differing, metrics)
    let columns =
      [HTML.Cell.text("Run"), .text("State")] + keys.prefix(Self.mostSettings).map { .text($0) }
      + metrics.map { name in
        let unit = MetricDescription.of(name)?.unit ?? ""
        return .number(unit.isEmpty ? name : "\(name) (\(unit))")
      } + [.number("Updates"), .number("Time")]
    let best = Dictionary(metrics.compactMap { name in self.best(name).map { (name, $0) } }) {
      one, _ in one
    }
    let rows = runs.map { run in row(run, keys, metrics, best) }
    let table = HTML.table(
      caption: "Last evaluations of the last stage. ★ marks the best of a column.",
      columns: columns,
      rows: rows)
    return [table] + notes(keys) + [digests]
  }

  private func row(
    _ run: RunFolder, _ keys: [String], _ metrics: [String], _ best: [String: Double]
  ) -> [HTML.Cell] {
    let link = RelativePath.link(to: run.path, from: home, text: run.name)
    let settings = keys.prefix(Self.mostSettings).map { key in
      HTML.Cell.text(run.settings?.first { $0.key == key }?.value ?? "–")
    }
    let values = metrics.map { name -> HTML.Cell in
      guard let value = Self.last(name, of: run) else { return .number("–") }
      return .number(Numbers.metric(value), isBest: value == best[name])
    }
    let step = run.metrics.series.compactMap { $0.points.last?.step }.max()
    return [HTML.Cell(content: link), .text(run.state.rawValue)] + settings + values + [
      .number(step.map(Numbers.count) ?? "–"),
      .number(
        run.wallClock.map { time in
          Numbers.seconds(time.seconds) + (time.remark.map { " (\($0))" } ?? "")
        } ?? "–"),
    ]
  }

  /// Keys of settings that are not the same in all runs.
  private var differing: [String] {
    let known = runs.compactMap(\.settings)
    let keys = known.flatMap { $0.map(\.key) }.reduce(into: [String]()) { keys, key in
      if !keys.contains(key) { keys.append(key) }
    }
    return keys.filter { key in
      let values = known.map { settings in settings.first { $0.key == key }?.value }
      return key != "name" && Set(values).count > 1
    }
  }

  /// Metrics of evaluations: those of which one value is better than another first.
  private var metrics: [String] {
    let names = runs.flatMap { run in Self.judged(run).map(\.name.metric) }
      .reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    let rated = names.filter { (MetricDescription.of($0)?.better ?? .none) != .none }
    return Array((rated + names.filter { !rated.contains($0) }).prefix(Self.mostMetrics))
  }

  /// The evaluations of a run's last stage that has any.
  private static func judged(_ run: RunFolder) -> [MetricSeries] {
    let evaluations = run.metrics.series.filter { $0.name.kind == "evaluation" }
    return evaluations.filter { $0.name.stage == evaluations.last?.name.stage }
  }

  private static func last(_ metric: String, of run: RunFolder) -> Double? {
    judged(run).first { $0.name.metric == metric }?.points.last?.value
  }

  private func best(_ metric: String) -> Double? {
    let values = runs.compactMap { Self.last(metric, of: $0) }.filter(\.isFinite)
    switch MetricDescription.of(metric)?.better ?? .none {
    case .lower: return values.min()
    case .higher: return values.max()
    case .none: return nil
    }
  }

  private func notes(_ keys: [String]) -> [HTML] {
    let known = runs.count { $0.settings != nil }
    var notes: [String] = []
    if keys.count > Self.mostSettings {
      notes.append("Also differing: \(keys.dropFirst(Self.mostSettings).joined(separator: ", ")).")
    }
    if known < runs.count {
      notes.append(
        "The configurations of \(runs.count - known) runs cannot be read and are not compared.")
    } else if keys.isEmpty {
      notes.append("The configurations do not differ, but perhaps in their names.")
    }
    return notes.map { .paragraph($0, style: "note") }
  }

  private var digests: HTML {
    let rows = runs.map { run -> [HTML.Cell] in [.text(run.name), .text(run.digest ?? "–")] }
    let same = Set(runs.map(\.digest)).count == 1 && runs[0].digest != nil
    let caption = same ? "All runs ended in the same bits" : "What the runs ended in"
    return .folded(
      "Digests", [.table(caption: caption, columns: [.text("Run"), .text("Digest")], rows: rows)])
  }
}
