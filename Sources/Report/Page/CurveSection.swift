import Reporting

/// The learning curves: places for charts, which scripts fill.
struct CurveSection {
  private let runs: [RunFolder]
  private let curves: Curves

  init(_ runs: [RunFolder], _ curves: Curves) { (self.runs, self.curves) = (runs, curves) }

  var parts: [HTML] {
    guard !curves.charts.isEmpty else {
      return [.paragraph("No metrics have been written yet.", style: "note")]
    }
    let hint =
      "Drag, or scroll with Ctrl, to zoom; double-click or Escape resets. Once a chart has the focus, arrow keys "
      + "show values, + and − zoom, and Shift with arrows moves. Crosses at the top are values that are not finite."
    return [Self.controls, .paragraph(hint, style: "note controls")] + notes
      + [.element("noscript", [:], [.paragraph("Curves are drawn by the page's own script.")])]
      + stages
  }

  private static var controls: HTML {
    let axes = [("step", "Step"), ("epoch", "Epoch"), ("time", "Time")].map { value, name in
      HTML.element("option", ["value": value], name)
    }
    let weight = HTML.void(
      "input",
      ["type": "range", "id": "smoothing", "min": "0", "max": "99", "value": "0", "step": "1"])
    return .element(
      "fieldset", ["class": "controls", "aria-label": "All charts"],
      [
        .element("label", [:], [.text("Along x"), .element("select", ["id": "axis"], axes)]),
        .element(
          "label", [:],
          [.void("input", ["type": "checkbox", "id": "log"]), .text("Logarithmic y")]),
        .element(
          "label", [:],
          [.text("Smooth training"), weight, .element("output", ["id": "smoothing-value"], "none")]),
        .element("button", ["type": "button", "id": "reset"], "Reset zoom"),
      ])
  }

  /// What of the logs is not drawn.
  private var notes: [HTML] {
    runs.flatMap { run -> [String] in
      let (metrics, name) = (run.metrics, runs.count > 1 ? "\(run.name): " : "")
      var notes: [String] = []
      if metrics.isSampled {
        notes.append(
          "\(name)The log has \(Numbers.count(metrics.lines)) lines. To make this page in seconds, "
            + "\(Numbers.count(metrics.parsed)) of them are used: training lines at even distances and those "
            + "near the end, and \(metrics.thinsEvaluations ? "some" : "all") evaluations. Peaks between may be missing."
        )
      }
      if metrics.damaged > 0 {
        notes.append(
          "\(name)\(Numbers.counted(metrics.damaged, "line")) of the log cannot be read.")
      }
      return notes
    }.map { .paragraph($0, style: "note") }
  }

  /// One after the other; where there are several, only the last is open.
  private var stages: [HTML] {
    let stages = curves.stages
    return stages.enumerated().map { place, stage in
      let charts = HTML.element("div", ["class": "charts"], self.charts(stage))
      guard stages.count > 1 else { return charts }
      let isOpen = place == stages.count - 1 || runs.count > 1 && place == 0
      let parts = [HTML.element("summary", [:], "Stage \(stage)"), charts]
      return isOpen ? .element("details", ["open": ""], parts) : .element("details", [:], parts)
    }
  }

  private func charts(_ stage: String) -> [HTML] {
    let shown = curves.charts.enumerated().filter {
      $0.element.stage == stage && $0.element.metric != TimeSection.speed
    }
    return shown.map { Self.chart($0.element, place: $0.offset) }
  }

  /// A place for a chart.
  static func chart(_ chart: Curves.Chart, place: Int) -> HTML {
    let description = MetricDescription.of(chart.metric)
    let caption = [
      HTML.element("strong", [:], [.element("bdi", [:], Numbers.heading(chart.metric))]),
      .element("span", ["class": "meaning"], description?.meaning ?? ""),
    ]
    return .element(
      "figure", ["class": "chart", "id": "chart-\(place)", "data-chart": "\(place)"],
      [.element("figcaption", [:], caption)])
  }
}
