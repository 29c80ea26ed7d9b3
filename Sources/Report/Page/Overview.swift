import Foundation
import Reporting

/// What a reader wants to know first.
enum Overview {
  /// Below the name of a run: its state, and where it ran.
  static func lines(_ run: RunFolder) -> [HTML] {
    [state(run), .element("p", ["class": "quiet"], [.element("bdi", [:], summary(run))])]
  }

  private static func state(_ run: RunFolder) -> HTML {
    let style = run.state == .done ? "good" : [.failed, .diverged].contains(run.state) ? "bad" : ""
    let word = run.state.rawValue.prefix(1).uppercased() + run.state.rawValue.dropFirst()
    let reason = run.reason.map { ": \($0)" } ?? ""
    return .element("p", ["class": "state \(style)"], [.element("bdi", [:], word + reason)])
  }

  /// Family, ranks, hosts, time.
  private static func summary(_ run: RunFolder) -> String {
    let family = run.settings?.first { $0.key == "model.family" }?.value
    let last = run.environment.starts.last
    let ranks = last?["ranks"]?.intValue.map { Numbers.counted($0, "rank") }
    let hosts = (last?["hosts"]?.arrayValue ?? []).compactMap(\.stringValue)
    let place = hosts.isEmpty ? nil : "on " + hosts.prefix(4).joined(separator: ", ")
    let more = hosts.count > 4 ? " and \(hosts.count - 4) more hosts" : ""
    let start = last?["time"]?.doubleValue.map { "started \(Numbers.date($0))" }
    let parts = [family, ranks, place.map { $0 + more }, start].compactMap { $0 }
    return parts.isEmpty ? "Nothing is recorded of where it ran." : parts.joined(separator: " · ")
  }

  /// Below the heading of several runs.
  static func comparison(_ runs: [RunFolder]) -> HTML {
    let done = runs.count { $0.state == .done }
    return .paragraph("\(done) of \(runs.count) are done.", style: "quiet")
  }

  /// The numbers of a single run that matter most.
  static func facts(_ runs: [RunFolder]) -> HTML {
    guard runs.count == 1 else { return .nothing }
    let run = runs[0]
    let stage = run.metrics.series.last?.name.stage
    let judged = run.metrics.series.filter {
      $0.name.kind == "evaluation" && $0.name.stage == stage
    }
    let shown = judged.isEmpty ? run.metrics.series.filter { $0.name.stage == stage } : judged
    let rated = shown.filter { (MetricDescription.of($0.name.metric)?.better ?? .none) != .none }
    let metrics = (rated.isEmpty ? shown : rated).prefix(3).compactMap { series in
      series.points.last.map { fact(series.name.metric, $0) }
    }
    let facts = metrics + progress(run)
    return facts.isEmpty ? .nothing : .element("dl", ["class": "facts"], facts)
  }

  private static func fact(_ metric: String, _ point: MetricSeries.Point) -> HTML {
    let unit = MetricDescription.of(metric)?.unit ?? ""
    return fact(Numbers.heading(metric), Numbers.metric(point.value), unit: unit)
  }

  private static func fact(_ name: String, _ value: String, unit: String) -> HTML {
    .element(
      "div", [:],
      [
        .element("dt", [:], name),
        .element(
          "dd", [:], [.text(value), .element("small", [:], unit.isEmpty ? "" : " \(unit)")]),
      ])
  }

  private static func progress(_ run: RunFolder) -> [HTML] {
    let last = run.metrics.series.compactMap { $0.points.last?.step }.max()
    let rates = run.metrics.series.filter { $0.name.metric == "samples_per_second" }
      .flatMap(\.points).map(\.value).filter(\.isFinite).sorted()
    return [
      last.map { fact("Updates", Numbers.count($0), unit: "") },
      rates.isEmpty
        ? nil : fact("Median speed", Format.rate(rates[rates.count / 2]), unit: "samples/s"),
      run.wallClock.map {
        fact(
          "Wall-clock time", Numbers.seconds($0.seconds),
          unit: $0.remark.map { "(\($0))" } ?? "")
      },
    ].compactMap { $0 }
  }
}
