import Reporting

/// The curves of a page: a chart for each metric of each stage, with the series of all runs.
struct Curves {
  /// One chart.
  struct Chart {
    let stage: String
    let metric: String
    var series: [(run: Int, series: MetricSeries)]
  }

  /// In the order of the logs.
  private(set) var charts: [Chart] = []
  private let runs: [RunFolder]
  private let epochs: [EpochScale]
  private let starts: [Double?]
  private let limit: Int

  /// About the most points of a page.
  private static let mostPoints = 200_000

  init(_ runs: [RunFolder]) {
    self.runs = runs
    var places: [String: Int] = [:]
    for (run, folder) in runs.enumerated() {
      for series in folder.metrics.series {
        let key = series.name.stage + "\u{0}" + series.name.metric
        if let place = places[key] {
          charts[place].series.append((run, series))
        } else {
          places[key] = charts.count
          let (stage, metric) = (series.name.stage, series.name.metric)
          charts.append(Chart(stage: stage, metric: metric, series: [(run, series)]))
        }
      }
    }
    let count = charts.reduce(0) { $0 + $1.series.count }
    limit = min(1200, max(60, Self.mostPoints / max(count, 1)))
    epochs = runs.map { EpochScale($0.metrics.series) }
    starts = runs.map { run in
      run.environment.starts.first?["time"]?.doubleValue
        ?? run.metrics.series.compactMap { $0.points.first?.time }.min()
    }
  }

  /// The stages, in their order.
  var stages: [String] {
    charts.reduce(into: []) { stages, chart in
      if !stages.contains(chart.stage) { stages.append(chart.stage) }
    }
  }

  /// What the scripts draw.
  var json: JSONValue {
    .object([
      "runs": .array(runs.map { .string($0.name) }),
      "charts": .array(charts.map(json)),
    ])
  }

  private func json(_ chart: Chart) -> JSONValue {
    .object([
      "metric": .string(chart.metric),
      "unit": .string(MetricDescription.of(chart.metric)?.unit ?? ""),
      "series": .array(chart.series.map { json($0.series, run: $0.run) }),
    ])
  }

  private func json(_ series: MetricSeries, run: Int) -> JSONValue {
    let points = series.thinned(to: limit).points
    let start = starts[run]
    let times = points.compactMap { point in point.time.flatMap { time in start.map { time - $0 } }
    }
    let scale = epochs[run]
    return .object([
      "run": .int(run), "kind": .string(series.name.kind),
      "step": .array(points.map { .int($0.step) }),
      "epoch": .array(points.map { Self.rounded(scale.epoch($0.step, stage: series.name.stage)) }),
      "time": times.count == points.count ? .array(times.map(Self.rounded)) : .null,
      "value": .array(points.map { Self.rounded($0.value) }),
    ])
  }

  /// As many digits as can be seen. What is not finite is a string, as in the log.
  private static func rounded(_ value: Double) -> JSONValue {
    guard value.isFinite else { return .double(value) }
    let short = Float(value)
    guard short.isFinite else { return .double(value) }
    if short == short.rounded(), abs(short) < 1e6 { return .int(Int(short)) }
    return .double(Double(short.description) ?? value)
  }
}

/// Which epoch a step of a stage belongs to, with fractions: logs say whole epochs only.
struct EpochScale {
  private var anchors: [String: [(step: Int, epoch: Double)]] = [:]

  init(_ series: [MetricSeries]) {
    let stages = series.reduce(into: [String]()) { all, one in
      if !all.contains(one.name.stage) { all.append(one.name.stage) }
    }
    var first = 0
    for stage in stages {
      let ends = Self.ends(series.filter { $0.name.stage == stage })
      let later = ends.filter { $0.key > 0 && $0.value > first }.map { ($0.value, Double($0.key)) }
      let sorted = [(first, 0)] + later.sorted { $0.0 < $1.0 }
      anchors[stage] = sorted
      first = sorted.last!.0
    }
  }

  /// The last step of every epoch: exactly where there is an evaluation, else that of its last line.
  private static func ends(_ series: [MetricSeries]) -> [Int: Int] {
    var (lines, evaluations): ([Int: Int], [Int: Int]) = ([:], [:])
    for one in series {
      for point in one.points {
        if one.name.kind == "evaluation" {
          evaluations[point.epoch] = point.step
        } else {
          lines[point.epoch] = max(lines[point.epoch] ?? 0, point.step)
        }
      }
    }
    // The last epoch may be under way.
    if lines.count > 1, let last = lines.keys.max() { lines[last] = nil }
    return lines.merging(evaluations) { $1 }
  }

  /// Straight lines between the ends of epochs, and on beyond the last.
  func epoch(_ step: Int, stage: String) -> Double {
    guard let anchors = anchors[stage], anchors.count > 1 else { return 0 }
    var (low, high) = (1, anchors.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if anchors[middle].step < step { low = middle + 1 } else { high = middle }
    }
    let (before, after) = (anchors[low - 1], anchors[low])
    guard after.step > before.step else { return after.epoch }
    let share = Double(step - before.step) / Double(after.step - before.step)
    return max(0, before.epoch + share * (after.epoch - before.epoch))
  }
}
