/// What the runs were told: what differs from the defaults first, the whole folded away.
struct ConfigurationSection {
  private let runs: [RunFolder]

  init(_ runs: [RunFolder]) { self.runs = runs }

  var parts: [HTML] { runs.flatMap(parts) }

  private func parts(_ run: RunFolder) -> [HTML] {
    guard !run.yaml.isEmpty else { return [] }
    let whole = HTML.folded(
      runs.count > 1 ? "config.yaml of \(run.name)" : "The whole, with every default: config.yaml",
      [.element("pre", ["tabindex": "0"], [.element("code", [:], run.yaml)])])
    guard runs.count == 1 else { return [whole] }
    guard let settings = run.settings else {
      let text =
        "This program cannot read the configuration, so what differs from the defaults is not known."
      return [.paragraph(text, style: "note"), whole]
    }
    return [Self.table(settings.filter { !$0.isStandard }), whole]
  }

  private static func table(_ settings: [RunFolder.Setting]) -> HTML {
    let rows = settings.map { setting -> [HTML.Cell] in
      [.text(setting.key), .text(setting.value), .text(setting.standard ?? "–")]
    }
    return .table(
      caption: "Settings that are not the defaults",
      columns: [.text("Key"), .text("Value"), .text("Default")], rows: rows)
  }
}
