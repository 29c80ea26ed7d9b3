import Foundation
import Reporting

/// How fast it was, and where every rank's time went.
struct TimeSection {
  /// The metric whose curves stand here.
  static let speed = "samples_per_second"
  /// More bars than that nobody reads.
  private static let mostRanks = 32

  private let runs: [RunFolder]
  private let curves: Curves

  init(_ runs: [RunFolder], _ curves: Curves) { (self.runs, self.curves) = (runs, curves) }

  var parts: [HTML] {
    let charts = curves.charts.enumerated().filter { $0.element.metric == Self.speed }
    let figures = charts.map { place, chart in
      let stage = HTML.paragraph("Stage \(chart.stage)", style: "quiet")
      let figure = CurveSection.chart(chart, place: place)
      return charts.count > 1 ? HTML.element("div", [:], [stage, figure]) : figure
    }
    let speed = figures.isEmpty ? [] : [HTML.element("div", ["class": "charts"], figures)]
    return speed + runs.flatMap(split) + runs.flatMap(trace)
  }

  private func heading(_ text: String, _ run: RunFolder) -> HTML {
    .element("h3", [:], [.element("bdi", [:], runs.count > 1 ? "\(text): \(run.name)" : text)])
  }

  private func split(_ run: RunFolder) -> [HTML] {
    guard let timing = run.timing else { return [] }
    let ranks = Self.chosen(timing)
    let longest = ranks.map(\.total).max() ?? 0
    let bars = ranks.map { Self.bar($0, timing.names, longest: longest) }
    return [heading("By rank", run)] + Self.remarks(timing, shown: ranks.count)
      + [
        Self.key(timing.names),
        .element("div", ["class": "bars", "aria-hidden": "true"], bars),
        .folded("The same as numbers", [Self.table(ranks, timing.names)]),
      ]
  }

  /// All ranks, or of many those that compute the longest.
  private static func chosen(_ timing: Timing) -> [Timing.Rank] {
    guard timing.ranks.count > mostRanks else { return timing.ranks }
    let slowest = timing.ranks.sorted { $0.seconds("compute") > $1.seconds("compute") }
    return slowest.prefix(mostRanks).sorted { $0.rank < $1.rank }
  }

  private static func remarks(_ timing: Timing, shown: Int) -> [HTML] {
    let slow = timing.slow.prefix(5).map { rank, factor in
      "Rank \(rank.rank) (\(rank.host)) computes \(String(format: "%.2f", factor)) times as long for a sample as the others."
    }
    let many =
      timing.ranks.count > shown
      ? ["Of \(timing.ranks.count) ranks, the \(shown) that compute the longest are shown."] : []
    let wait = timing.ranks.reduce(0) { $0 + $1.seconds("wait") }
    let all = timing.ranks.reduce(0) { $0 + $1.total }
    let share =
      all > 0
      ? ["All ranks together stood still for \(Numbers.percent(wait / all)) of their time."] : []
    let even =
      slow.isEmpty && !timing.compared.isEmpty
      ? ["No rank computes more than 15 % longer for a sample than the others."] : []
    return (slow + even + share + many).map { .paragraph($0) }
  }

  private static func tint(_ name: String, _ names: [String]) -> String {
    let place = Timing.activities.firstIndex { $0.name == name } ?? names.firstIndex(of: name) ?? 8
    return "tint-\(place % 9)"
  }

  private static func key(_ names: [String]) -> HTML {
    let items = names.map { name in
      let meaning = Timing.activities.first { $0.name == name }?.meaning
      return HTML.element(
        "li", [:],
        [
          .element("span", ["class": tint(name, names), "aria-hidden": "true"], ""),
          .text(meaning.map { "\(name): \($0)" } ?? name),
        ])
    }
    return .element("ul", ["class": "key"], items)
  }

  private static func bar(_ rank: Timing.Rank, _ names: [String], longest: Double) -> HTML {
    let parts = names.map { name in
      let share = longest > 0 ? rank.seconds(name) / longest * 100 : 0
      let title = "\(name) \(Numbers.seconds(rank.seconds(name)))"
      return HTML.element(
        "span",
        [
          "class": tint(name, names), "style": String(format: "width:%.3f%%", share),
          "title": title,
        ], "")
    }
    return .element(
      "div", ["class": "row"],
      [
        .element("bdi", [:], "rank \(rank.rank)"),
        .element("div", ["class": "bar"], parts),
      ])
  }

  private static func table(_ ranks: [Timing.Rank], _ names: [String]) -> HTML {
    let rows = ranks.map { rank -> [HTML.Cell] in
      [.text("\(rank.rank)"), .text(rank.host)]
        + names.map { .number(String(format: "%.2f", rank.seconds($0))) }
        + [
          .number(String(format: "%.2f", rank.total)),
          .number(rank.samples.map { Format.rate($0 / max(rank.total, 1e-9)) } ?? "–"),
        ]
    }
    return .table(
      caption: "Seconds of each rank",
      columns: [.text("Rank"), .text("Host")] + names.map { .number($0) }
        + [.number("total"), .number("samples/s")], rows: rows)
  }

  private func trace(_ run: RunFolder) -> [HTML] {
    guard let trace = run.trace else {
      guard run.isTraceLarge else { return [] }
      let note =
        "The timeline is larger than \(RunFolder.mostTrace / 1_000_000) MB and is not read for this page. "
        + "swift-dist-train trace \(run.path) tells of it."
      return [heading("Timeline", run), .paragraph(note, style: "note")]
    }
    let lost = trace.lost > 0 ? " \(Numbers.count(trace.lost)) spans found no room in it." : ""
    let note =
      "From trace.json, over all ranks. Spans may lie in others: own times leave those out, and add up."
      + lost
    return [heading("Timeline", run), .paragraph(note, style: "note"), Self.spans(trace)]
      + (trace.waits.isEmpty ? [] : [Self.waits(trace)])
  }

  private static func spans(_ trace: TraceSummary) -> HTML {
    let rows = trace.rows.prefix(20).map { row -> [HTML.Cell] in
      let worst = row.ranks.max { $0.longest < $1.longest }
      return [
        .text(row.name), .number(Numbers.seconds(row.total)), .number(Numbers.seconds(row.own)),
        .number(Numbers.percent(row.share)), .number(Numbers.count(row.count)),
        .number(milliseconds(row.mean)), .number(worst.map { milliseconds($0.longest) } ?? "–"),
        .number(worst.map { "\($0.rank)" } ?? "–"),
      ]
    }
    return .table(
      caption: "The \(rows.count) longest of \(trace.rows.count) kinds of spans",
      columns: [
        .text("Span"), .number("Total"), .number("Own"), .number("Share"), .number("Count"),
        .number("Mean"), .number("Longest"), .number("of rank"),
      ], rows: rows)
  }

  private static func waits(_ trace: TraceSummary) -> HTML {
    let rows = trace.waits.map { wait -> [HTML.Cell] in
      [
        .text(trace.rankNames[wait.rank] ?? "rank \(wait.rank)"), .text(wait.name),
        .number(String(format: "%.3f s", wait.begin)), .number(milliseconds(wait.seconds)),
        .text(wait.awaited.map { trace.rankNames[$0] ?? "rank \($0)" } ?? "–"),
      ]
    }
    return .table(
      caption: "The longest waits",
      columns: [
        .text("Rank"), .text("in"), .number("at"), .number("for"), .text("that came last"),
      ], rows: rows)
  }

  private static func milliseconds(_ seconds: Double) -> String {
    String(format: "%.3f ms", seconds * 1e3)
  }
}
