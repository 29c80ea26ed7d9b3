extension ShellWord {
  /// Parts a line into words as a shell does: at spaces and tabs, but not between quotes nor
  /// after a backslash. Nothing is expanded: `$`, backquotes and `*` stand for themselves.
  /// - Parameter what: where the line is from, for the error.
  /// - Throws: `LaunchError` for a quote that is not closed, a backslash at the end, and what
  ///   `check` refuses.
  public static func split(_ line: String, what: String) throws -> [String] {
    let spaced = line.unicodeScalars.map { $0 == "\t" ? " " : String($0) }
    try check(spaced.joined(), what: what)
    var splitter = Splitter()
    for scalar in line.unicodeScalars { splitter.take(scalar) }
    guard let words = splitter.finished else {
      throw LaunchError("\(what), '\(line)', has a quote or a backslash without its other half")
    }
    return words
  }
}

/// The state of parting a line into words.
private struct Splitter {
  private var words: [String] = []
  private var word: String?
  private var quote: Unicode.Scalar?
  private var isEscaped = false

  mutating func take(_ character: Unicode.Scalar) {
    if isEscaped {
      isEscaped = false
      add(character)
    } else if character == "\\" && quote != "'" {
      isEscaped = true
    } else if let open = quote {
      if character == open { quote = nil } else { add(character) }
    } else if character == "'" || character == "\"" {
      quote = character
      word = word ?? ""
    } else if character == " " || character == "\t" {
      end()
    } else {
      add(character)
    }
  }

  private mutating func add(_ character: Unicode.Scalar) {
    word = (word ?? "") + String(character)
  }

  private mutating func end() {
    if let word { words.append(word) }
    word = nil
  }

  /// The words; nil when the line is not complete.
  var finished: [String]? {
    guard quote == nil, !isEscaped else { return nil }
    return words + (word.map { [$0] } ?? [])
  }
}
