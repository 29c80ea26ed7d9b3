extension HTML {
  /// What was made at several steps: the last is shown, and a slider shows the others.
  static func steps(_ frames: [(step: Int, content: HTML)], label: String) -> HTML {
    let last = frames.count - 1
    let shown = frames.enumerated().map { place, frame in
      place == last
        ? HTML.element(
          "figure", ["class": "frame", "data-step": Numbers.count(frame.step)], [frame.content])
        : HTML.element(
          "figure", ["class": "frame", "data-step": Numbers.count(frame.step), "hidden": ""],
          [frame.content])
    }
    guard frames.count > 1 else { return .element("div", ["class": "steps"], shown) }
    let slider = HTML.void(
      "input",
      [
        "type": "range", "min": "0", "max": "\(last)", "value": "\(last)", "step": "1",
        "aria-label": "Step of \(label)",
      ])
    let line = HTML.element("div", ["class": "slide"], [slider, .element("output", [:], "")])
    return .element("div", ["class": "steps"], [line] + shown)
  }
}
