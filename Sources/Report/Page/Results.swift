import Reporting

/// The values of a run's evaluations: the last and the best of each stage.
struct Results {
  private let run: RunFolder

  init(_ run: RunFolder) { self.run = run }

  var parts: [HTML] {
    let stages = run.metrics.series.reduce(into: [String]()) { all, series in
      if !all.contains(series.name.stage) { all.append(series.name.stage) }
    }
    return stages.flatMap { stage -> [HTML] in
      let all = run.metrics.series.filter { $0.name.stage == stage }
      let evaluations = all.filter { $0.name.kind == "evaluation" }
      let series = evaluations.isEmpty ? all : evaluations
      let kind = evaluations.isEmpty ? "training batches" : "evaluations"
      let title = "Stage \(stage): values of \(kind)"
      return [table(series, caption: title)]
    }
  }

  private func table(_ series: [MetricSeries], caption: String) -> HTML {
    let rows = series.map { one -> [HTML.Cell] in
      let name = one.name.metric
      let description = MetricDescription.of(name)
      let best = Self.best(one)
      return [
        .text(name), .number(one.points.last.map { Numbers.metric($0.value) } ?? ""),
        .number(best.map { Numbers.metric($0.value) } ?? "–"),
        .number(best.map { Numbers.count($0.step) } ?? "–"), .text(description?.unit ?? ""),
        .meaning(description?.meaning ?? ""),
      ]
    }
    return .table(
      caption: caption,
      columns: [
        .text("Metric"), .number("Last"), .number("Best"), .number("at step"), .text("Unit"),
        .meaning("Meaning"),
      ], rows: rows)
  }

  /// The best value; nil where none is better than another.
  static func best(_ series: MetricSeries) -> MetricSeries.Point? {
    let finite = series.points.filter { $0.value.isFinite }
    switch MetricDescription.of(series.name.metric)?.better ?? .none {
    case .lower: return finite.min { $0.value < $1.value }
    case .higher: return finite.max { $0.value < $1.value }
    case .none: return nil
    }
  }
}
