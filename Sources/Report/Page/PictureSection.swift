import Foundation

/// The pictures of the runs in the course of training, a slider for each kind.
struct PictureSection {
  private let runs: [RunFolder]

  init(_ runs: [RunFolder]) { self.runs = runs }

  var parts: [HTML] {
    let names = Set(runs.flatMap { $0.pictures.kinds.map(\.name) }).sorted(by: Self.comesBefore)
    guard !names.isEmpty else { return [] }
    let style = runs.count > 1 ? "gallery many" : "gallery"
    let kinds = names.flatMap { name in
      runs.compactMap { run in
        run.pictures.kinds.first { $0.name == name }.map { figure($0, of: run) }
      }
    }
    return notes + [.element("div", ["class": style], kinds)]
  }

  /// What most people look at first.
  private static let order = [
    "curves", "samples", "reconstructions", "filters", "manifold", "codes", "confusion",
  ]

  private static func comesBefore(_ one: String, _ other: String) -> Bool {
    let places = [one, other].map { order.firstIndex(of: $0) ?? order.count }
    return places[0] == places[1] ? one < other : places[0] < places[1]
  }

  private var notes: [HTML] {
    runs.filter { $0.pictures.shown < $0.pictures.count }.map { run in
      let name = runs.count > 1 ? "\(run.name): " : ""
      return .paragraph(
        "\(name)\(run.pictures.shown) of \(run.pictures.count) pictures are shown, evenly spaced: all would make the "
          + "page too large, or some cannot be read.", style: "note")
    }
  }

  private func figure(_ kind: Pictures.Kind, of run: RunFolder) -> HTML {
    let title = Numbers.heading(kind.name)
    let heading = runs.count > 1 ? "\(title): \(run.name)" : title
    let frames = kind.pictures.map { picture in
      (step: picture.step, content: Self.frame(picture, title: title))
    }
    return .element(
      "div", [:],
      [.element("h3", [:], [.element("bdi", [:], heading)]), .steps(frames, label: heading)])
  }

  private static func frame(_ picture: Pictures.Picture, title: String) -> HTML {
    let seen = picture.description ?? "\(title) after step \(picture.step)"
    let caption = picture.title ?? "\(title) after step \(Numbers.count(picture.step))"
    let image = HTML.void(
      "img",
      [
        "src": "data:image/png;base64,\(picture.png.bytes.base64EncodedString())", "alt": seen,
        "width": "\(picture.png.width)", "height": "\(picture.png.height)",
      ])
    let view = HTML.element("div", ["class": "view"], [image])
    return .all([view, .element("figcaption", [:], [.element("bdi", [:], caption)])])
  }
}
