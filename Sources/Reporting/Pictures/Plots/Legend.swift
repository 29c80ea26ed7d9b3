/// The classes that occur, with their colours, marks and names, beside a plot.
struct Legend {
  /// Between the plot and the legend.
  static let gap = 16
  /// From one entry to the next.
  private static let pitch = 20
  /// From a mark to its name.
  private static let indent = 20
  /// The widest name.
  private static let room = 220

  /// A line of the legend; nil stands for no class, or for what there was no room for.
  struct Entry: Equatable {
    var name: String
    var place: Int?
  }

  private let places: [Int32: Int]
  /// From the top.
  let entries: [Entry]

  /// - Parameters:
  ///   - labels: the points' classes; negative ones have none.
  ///   - names: the classes' names by their numbers.
  ///   - height: the room, in pixels.
  init(_ labels: [Int32], names: [String], height: Int) {
    let classes = Set(labels.filter { $0 >= 0 }).sorted()
    places = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($0.element, $0.offset) })
    let hasNone = !classes.isEmpty && labels.contains { $0 < 0 }
    let most = max(1, min(Palette.count, height / Self.pitch - (hasNone ? 2 : 1)))
    var entries = classes.prefix(most).enumerated().map { place, label in
      Entry(name: Self.short(ClassName.of(Int(label), names)), place: place)
    }
    if classes.count > most {
      entries.append(Entry(name: "and \(classes.count - most) more"))
    }
    if hasNone { entries.append(Entry(name: "no class")) }
    self.entries = entries
  }

  private static func short(_ name: String) -> String {
    PictureText.shortened(name, to: room, .small)
  }

  /// Pixels that the legend takes.
  var width: Int { Self.indent + (entries.map { Font.small.width(of: $0.name) }.max() ?? 0) }

  /// How points of a class are drawn.
  func mark(_ label: Int32) -> (mark: Mark, color: RGB) {
    guard !places.isEmpty else { return (.disc, Palette.color(0)) }
    return places[label].map { (Mark.of($0), Palette.color($0)) } ?? (.disc, .frame)
  }

  func draw(x: Int, y: Int, on canvas: inout Canvas) {
    for (row, entry) in entries.enumerated() {
      let top = y + row * Self.pitch
      if let place = entry.place {
        canvas.mark(
          Mark.of(place), x: Double(x) + 6, y: Double(top) + 6, radius: 5.5, Palette.color(place))
      } else if entry.name == "no class" {
        canvas.mark(.disc, x: Double(x) + 6, y: Double(top) + 6, radius: 5.5, .frame)
      }
      canvas.text(entry.name, x: x + Self.indent, y: top + 2, .small)
    }
  }
}

/// How classes are called.
public enum ClassName {
  /// The name of a class; its number where it has none, or an empty one.
  /// - Parameter names: by the classes' numbers.
  public static func of(_ label: Int, _ names: [String]) -> String {
    names.indices.contains(label) && !names[label].isEmpty ? names[label] : "\(label)"
  }
}
