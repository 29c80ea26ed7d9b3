/// Words of scheduler directives (`#SBATCH …`): a second language inside a script, with rules of
/// its own. A newline would begin another directive, a quote would swallow the rest of the line.
///
/// As in `ShellWord`, only Unicode scalars count: schedulers read bytes.
enum DirectiveWord {
  /// A scheduler's own name, such as that of a partition: nothing that any of the languages gives a
  /// meaning to.
  /// - Parameter also: characters that this option allows besides letters, digits and `_.+-`.
  static func name(_ value: String, option: String, also: String = "") throws -> String {
    let allowed = Set(
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-".unicodeScalars
    )
    .union(also.unicodeScalars)
    let scalars = value.unicodeScalars
    guard let first = scalars.first, first != "-", scalars.count <= 1024,
      scalars.allSatisfy(allowed.contains)
    else {
      let more = also.map { " \($0)" }.joined()
      throw LaunchError(
        "\(option) is '\(printable(value))' but may hold letters, digits and _ . + -\(more) only, and not "
          + "begin with -")
    }
    return value
  }

  /// A word of `#SBATCH`, in double quotes where it has a space or a character that `sbatch` could
  /// misread. It reads quotes and backslashes as a shell does, and takes `#` for a comment, but
  /// expands nothing.
  /// - Throws: `LaunchError` for quotes, backslashes, `#` and control characters.
  static func sbatch(_ word: String, option: String) throws -> String {
    try ShellWord.check(word, what: option)
    guard !word.unicodeScalars.contains(where: Set("\"'\\#".unicodeScalars).contains) else {
      throw LaunchError(
        "\(option) is '\(word)' but quotes, backslashes and # cannot stand in a line of #SBATCH")
    }
    let plain = /[A-Za-z0-9_=:,.\/@%+\[\]-]+/
    let isPlain = word.wholeMatch(of: plain.matchingSemantics(.unicodeScalar)) != nil
    return isPlain ? word : "\"\(word)\""
  }

  /// Options of PBS: `-m abe`.
  static func pbs(_ line: String) throws -> String {
    let form = /-[A-Za-z][A-Za-z0-9_ =:,.\/@%+\[\]-]*/
    guard line.wholeMatch(of: form.matchingSemantics(.unicodeScalar)) != nil else {
      throw LaunchError(
        "--extra is '\(printable(line))' but must be an option of qsub without quotes, such as '-m abe'"
      )
    }
    return line
  }

  /// Options of LSF: `-R select[mem>4000]`, of which the value is put in double quotes.
  static func bsub(_ line: String) throws -> String {
    let form = /(-[A-Za-z_]+)(?: ([A-Za-z0-9_ =:,.\/@%+\[\]<>()&|!*-]+))?/
    guard let match = line.wholeMatch(of: form.matchingSemantics(.unicodeScalar)) else {
      throw LaunchError(
        "--extra is '\(printable(line))' but must be an option of bsub, with its value and without quotes, "
          + "such as '-R select[mem>4000]'")
    }
    return match.2.map { "\(match.1) \"\($0)\"" } ?? String(match.1)
  }

  /// A path that a directive names.
  static func path(_ value: String, option: String, spaces: Bool) throws -> String {
    let signs = Set("._/%@+=:,-".unicodeScalars)
    let isFit = value.unicodeScalars.allSatisfy {
      isOfWords($0) || signs.contains($0) || (spaces && $0 == " ")
    }
    guard isFit, let first = value.unicodeScalars.first, first != "-" else {
      throw LaunchError(
        "\(option) is '\(printable(value))' but may hold letters, digits and . _ / % @ + = : , - only, since "
          + "the scheduler reads it in a way of its own")
    }
    return value
  }

  /// Letters, their accents, and digits, of any language.
  private static func isOfWords(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .decimalNumber, .letterNumber, .otherNumber:
      true
    default: false
    }
  }

  private static func printable(_ value: String) -> String {
    String(
      String.UnicodeScalarView(
        value.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
  }
}
