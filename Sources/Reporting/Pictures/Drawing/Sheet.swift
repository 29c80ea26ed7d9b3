/// What all pictures have: a title above, a line below, and room around.
///
/// Long titles are broken into lines, so nothing is cut off.
struct Sheet {
  /// Between the edge of a picture and what is drawn.
  static let margin = 18
  /// Between a text and what it names.
  static let textGap = 9
  /// Between the lines of a title, from capital to capital.
  private static let lineHeight = 22
  /// The least width that a title and a note are given.
  private static let leastRoom = 380

  private let title: [String]
  private let note: [String]
  /// Where the content begins, from the top.
  let top: Int
  /// The whole picture.
  let width: Int
  let height: Int

  /// - Parameters:
  ///   - width: what the content takes, without margins.
  ///   - height: the same.
  init(title: String?, note: String?, width: Int, height: Int) {
    let room = max(width, Self.leastRoom)
    self.title = PictureText.lines(title ?? "", width: room, .large)
    self.note = PictureText.lines(note ?? "", width: room, .small)
    let texts =
      self.title.map { Font.large.width(of: $0) } + self.note.map { Font.small.width(of: $0) }
    self.width = max(width, texts.max() ?? 0) + 2 * Self.margin
    top = Self.margin + (self.title.isEmpty ? 0 : self.title.count * Self.lineHeight + 8)
    let below = self.note.isEmpty ? 0 : 8 + self.note.count * 15
    self.height = top + height + below + Self.margin
  }

  /// A canvas with title and note on it.
  func canvas() -> Canvas {
    var canvas = Canvas(width: width, height: height)
    for (row, line) in title.enumerated() {
      canvas.text(line, x: Self.margin, y: Self.margin + row * Self.lineHeight, .large)
    }
    let first = height - Self.margin - Font.small.height - (note.count - 1) * 15
    for (row, line) in note.enumerated() {
      canvas.text(line, x: Self.margin, y: first + row * 15, .small, .faint)
    }
    return canvas
  }
}
