import Foundation
import Reporting

/// The whole page of one run, or of several.
struct ReportPage {
  let runs: [RunFolder]
  /// The folder that links start from.
  let home: String
  /// When it was made, in unix seconds.
  let time: Double
  /// Lets the page's own scripts run and no other.
  let nonce: String

  /// The file's text.
  var source: String {
    HTML.document(head: head, body: body)
  }

  private var title: String {
    runs.count == 1 ? runs[0].name : "\(runs.count) runs compared"
  }

  private var head: [HTML] {
    [
      .void("meta", ["charset": "utf-8"]),
      .void("meta", ["http-equiv": "Content-Security-Policy", "content": policy]),
      .void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
      .void("meta", ["name": "generator", "content": "swift-dist-train report"]),
      .element("title", [:], title + " – training report"),
      .embedded("style", program: PackageResources.report_css),
    ]
  }

  /// Nothing from the network, no script but those with the nonce.
  private var policy: String {
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'nonce-\(nonce)'; "
      + "base-uri 'none'; form-action 'none'"
  }

  private var body: [HTML] {
    let curves = Curves(runs)
    let sections = self.sections(curves)
    return [
      .element("a", ["class": "skip", "href": "#main"], "Skip to the report"),
      .element("header", [:], header + [navigation(sections)]),
      .element(
        "main", ["id": "main"],
        [Overview.facts(runs)] + sections.map { HTML.section($0.id, $0.title, $0.parts) }),
      .element("footer", [:], [.paragraph(madeBy)]),
      .data(id: "curves", curves.json.encoded()),
      .embedded("script", ["nonce": nonce], program: Self.scripts),
    ]
  }

  private static var scripts: [UInt8] {
    PackageResources.scales_js + PackageResources.chart_js + PackageResources.zoom_js
      + PackageResources.page_js
  }

  private var madeBy: String {
    "Made by swift-dist-train report on \(Numbers.date(time)). The page needs no network; links lead to files of the "
      + "run directory beside it."
  }

  private var header: [HTML] {
    let button = HTML.element("button", ["type": "button", "id": "theme"], "Dark colours")
    let lines = runs.count == 1 ? Overview.lines(runs[0]) : [Overview.comparison(runs)]
    let heading = HTML.element("h1", [:], [.element("bdi", [:], title)])
    return [.element("div", ["class": "top"], [.element("div", [:], [heading] + lines), button])]
  }

  private func navigation(_ sections: [Section]) -> HTML {
    let items = sections.map { section in
      HTML.element("li", [:], [.element("a", ["href": "#\(section.id)"], section.title)])
    }
    return .element("nav", ["aria-label": "Sections"], [.element("ul", [:], items)])
  }

  /// A part of the page with a heading.
  struct Section {
    let id: String
    let title: String
    let parts: [HTML]
  }

  /// What is there to be shown.
  private func sections(_ curves: Curves) -> [Section] {
    let all = [
      runs.count > 1
        ? Section(id: "comparison", title: "Comparison", parts: Comparison(runs, home).parts) : nil,
      Section(id: "learning", title: "Learning curves", parts: CurveSection(runs, curves).parts),
      runs.count == 1
        ? Section(id: "results", title: "Results", parts: Results(runs[0]).parts) : nil,
      Section(id: "pictures", title: "Pictures", parts: PictureSection(runs).parts),
      Section(id: "tables", title: "Tables", parts: MatrixSection(runs).parts),
      Section(id: "time", title: "Where the time went", parts: TimeSection(runs, curves).parts),
      Section(
        id: "configuration", title: "Configuration", parts: ConfigurationSection(runs).parts),
      Section(id: "environment", title: "Environment", parts: EnvironmentSection(runs).parts),
      Section(
        id: "reproduction", title: "Do it again", parts: Reproduction(runs, home).parts),
    ]
    return all.compactMap { $0 }.filter { !$0.parts.isEmpty }
  }
}
