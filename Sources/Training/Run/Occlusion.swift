import Datasets

/// The part of an image that is hidden from a model, to be completed.
public enum Occlusion: Sendable, Equatable {
  /// The columns on one side, half of them.
  case left, right
  /// The rows on one side, half of them.
  case top, bottom
  /// Rows, counted from 0; both ends are among them.
  case rows(ClosedRange<Int>)
  /// Columns, counted from 0; both ends are among them.
  case columns(ClosedRange<Int>)

  /// What a word such as `left` or `rows:10-19` says; nil when it says nothing.
  public init?(_ text: String) {
    let words: [String: Occlusion] = [
      "left": .left, "right": .right, "top": .top, "bottom": .bottom,
    ]
    if let word = words[text] {
      self = word
      return
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let ends = parts[1].split(separator: "-", omittingEmptySubsequences: false).compactMap {
      Int($0)
    }
    guard ends.count == 2, ends[0] >= 0, ends[0] <= ends[1] else { return nil }
    switch parts[0] {
    case "rows": self = .rows(ends[0]...ends[1])
    case "columns": self = .columns(ends[0]...ends[1])
    default: return nil
    }
  }

  /// Whether each value of a sample can be seen, [sample]; nil when nothing of it or all of it can be.
  func seen(_ shape: SampleShape) -> [Bool]? {
    let (height, width) = (shape.height, shape.width)
    let seen = (0..<shape.count).map { place in
      let (row, column) = (place / width % height, place % width)
      return !hides(row, column, height, width)
    }
    return seen.contains(true) && seen.contains(false) ? seen : nil
  }

  private func hides(_ row: Int, _ column: Int, _ height: Int, _ width: Int) -> Bool {
    switch self {
    case .left: column < width / 2
    case .right: column >= width - width / 2
    case .top: row < height / 2
    case .bottom: row >= height - height / 2
    case .rows(let range): range.contains(row)
    case .columns(let range): range.contains(column)
    }
  }
}
