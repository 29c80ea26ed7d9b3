extension LogFormat {
  /// What a command line asks for by `--log-format`, before anything else of it has been understood: a
  /// mistake in it is told of in that format.
  public init(arguments: [String]) {
    let option = "--log-format"
    let words = arguments.prefix { $0 != "--" }
    let after = Array(zip(words, words.dropFirst())).last { $0.0 == option }?.1
    let joined = words.last { $0.hasPrefix(option + "=") }.map {
      String($0.dropFirst(option.count + 1))
    }
    self = (joined ?? after).flatMap { LogFormat(rawValue: $0) } ?? .text
  }
}
