/// Words of scheduler directives (`#SBATCH …`): a second language inside a script, with rules of its own. A
/// newline would begin another directive, a quote would swallow the rest of the line.
enum DirectiveWord {
  /// A scheduler's own name, such as that of a partition: nothing that any of the languages gives a meaning to.
  /// - Parameter also: characters that this option allows besides letters, digits and `_.+-`.
  static func name(_ value: String, option: String, also: String = "") throws -> String {
    let allowed = Set(
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-" + also)
    guard let first = value.first, first != "-", value.count <= 1024,
      value.allSatisfy(allowed.contains)
    else {
      let more = also.map { " \($0)" }.joined()
      throw LaunchError(
        "\(option) is '\(printable(value))' but may hold letters, digits and _ . + -\(more) only, and not "
          + "begin with -")
    }
    return value
  }

  /// A word of `#SBATCH`, in double quotes where it has a space or a character that `sbatch` could misread. It reads
  /// quotes and backslashes as a shell does, and takes `#` for a comment, but expands nothing.
  /// - Throws: `LaunchError` for quotes, backslashes, `#` and control characters.
  static func sbatch(_ word: String, option: String) throws -> String {
    try ShellWord.check(word, what: option)
    guard !word.contains(where: { "\"'\\#".contains($0) }) else {
      throw LaunchError(
        "\(option) is '\(word)' but quotes, backslashes and # cannot stand in a line of #SBATCH")
    }
    let isPlain = word.wholeMatch(of: /[A-Za-z0-9_=:,.\/@%+\[\]-]+/) != nil
    return isPlain ? word : "\"\(word)\""
  }

  /// Options of PBS: `-m abe`.
  static func pbs(_ line: String) throws -> String {
    guard line.wholeMatch(of: /-[A-Za-z][A-Za-z0-9_ =:,.\/@%+\[\]-]*/) != nil else {
      throw LaunchError(
        "--extra is '\(printable(line))' but must be an option of qsub without quotes, such as '-m abe'"
      )
    }
    return line
  }

  /// Options of LSF: `-R select[mem>4000]`, of which the value is put in double quotes.
  static func bsub(_ line: String) throws -> String {
    let form = /(-[A-Za-z_]+)(?: ([A-Za-z0-9_ =:,.\/@%+\[\]<>()&|!*-]+))?/
    guard let match = line.wholeMatch(of: form) else {
      throw LaunchError(
        "--extra is '\(printable(line))' but must be an option of bsub, with its value and without quotes, "
          + "such as '-R select[mem>4000]'")
    }
    return match.2.map { "\(match.1) \"\($0)\"" } ?? String(match.1)
  }

  /// A path that a directive names.
  static func path(_ value: String, option: String, spaces: Bool) throws -> String {
    let isFit = value.allSatisfy {
      $0.isLetter || $0.isNumber || "._/%@+=:,-".contains($0) || (spaces && $0 == " ")
    }
    guard isFit, !value.isEmpty, !value.hasPrefix("-") else {
      throw LaunchError(
        "\(option) is '\(printable(value))' but may hold letters, digits and . _ / % @ + = : , - only, since "
          + "the scheduler reads it in a way of its own")
    }
    return value
  }

  private static func printable(_ value: String) -> String {
    String(
      String.UnicodeScalarView(
        value.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
  }
}
