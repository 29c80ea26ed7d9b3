extension HTML {
  /// A cell of a table.
  struct Cell {
    var content: HTML
    var style = ""

    /// Text.
    static func text(_ text: String) -> Cell { Cell(content: .element("bdi", [:], text)) }
    /// A number, flush right.
    static func number(_ text: String, isBest: Bool = false) -> Cell {
      Cell(content: .text(text), style: isBest ? "number best" : "number")
    }
    /// An explanation, left out on small screens.
    static func meaning(_ text: String) -> Cell { Cell(content: .text(text), style: "meaning") }
  }

  /// A table whose rows begin with their headings. It scrolls by itself where it is too wide, also by keys.
  static func table(caption: String, columns: [Cell], rows: [[Cell]]) -> HTML {
    let head = columns.map { column in
      HTML.element("th", ["scope": "col", "class": column.style], [column.content])
    }
    let body = rows.map { row in
      HTML.element(
        "tr", [:],
        row.enumerated().map { place, cell in
          place == 0
            ? .element("th", ["scope": "row", "class": cell.style], [cell.content])
            : .element("td", ["class": cell.style], [cell.content])
        })
    }
    let table = HTML.element(
      "table", ["class": "folding"],
      [
        .element("caption", [:], caption), .element("thead", [:], [.element("tr", [:], head)]),
        .element("tbody", [:], body),
      ])
    return scrolling([table], label: caption)
  }

  /// What may be wider than the screen.
  static func scrolling(_ parts: [HTML], label: String) -> HTML {
    .element(
      "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": label], parts)
  }

  /// A section with its heading.
  static func section(_ id: String, _ title: String, _ parts: [HTML]) -> HTML {
    .element(
      "section", ["id": id, "aria-labelledby": "\(id)-title"],
      [.element("h2", ["id": "\(id)-title"], title)] + parts)
  }

  /// What is folded away.
  static func folded(_ summary: String, _ parts: [HTML]) -> HTML {
    .element("details", [:], [.element("summary", [:], summary)] + parts)
  }

  /// A paragraph.
  static func paragraph(_ text: String, style: String = "") -> HTML {
    .element("p", ["class": style], text)
  }
}
