/// Words of the shell command language: how a value becomes exactly one word of a script,
/// whatever it holds.
///
/// POSIX.1-2017, Shell Command Language, 2.2.2 "Single-Quotes": between single quotes every
/// character stands for itself.
///
/// Everything here looks at Unicode scalars: to Swift a quote with a combining mark behind it is
/// one character, which is no quote; to a shell, which reads bytes, it is one.
public enum ShellWord {
  /// The characters that mean nothing to a shell wherever they stand in a word. (A comma does
  /// neither, but looks like a slip between the elements of an array, and shellcheck asks.)
  private static let plain = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+=-".unicodeScalars)

  /// A value as one word of a script: bare where that is safe, otherwise in single quotes.
  /// - Throws: `LaunchError` for a value that `check` refuses.
  public static func quoted(_ value: String, what: String = "a word") throws -> String {
    try check(value, what: what)
    if isPlain(value) { return value }
    let inside = value.unicodeScalars.map { $0 == "'" ? "'\\''" : String($0) }
    return "'" + inside.joined() + "'"
  }

  /// Several values, parted by spaces.
  public static func quoted(_ values: [String], what: String = "a word") throws -> String {
    try values.map { try quoted($0, what: what) }.joined(separator: " ")
  }

  /// `name=value`, of which only the value is quoted: a word of `export`, `mpirun -x` or an
  /// assignment.
  public static func assignment(_ name: String, _ value: String) throws -> String {
    "\(name)=\(value.isEmpty ? "" : try quoted(value, what: "the value of \(name)"))"
  }

  /// Refuses what no script can hold on one line: control characters, newlines and NUL among
  /// them, and bytes that were not UTF-8.
  /// - Parameter what: what the value is, for the error.
  public static func check(_ value: String, what: String) throws {
    guard let bad = value.unicodeScalars.first(where: isUnfit) else { return }
    let code = String(bad.value, radix: 16, uppercase: true)
    let name = bad == "\n" ? "a newline" : "the character U+" + padded(code)
    throw LaunchError(
      "\(what), '\(visible(value))', holds \(name), which a script cannot hold safely; take it out")
  }

  private static func isPlain(_ value: String) -> Bool {
    !value.isEmpty && value.unicodeScalars.allSatisfy(plain.contains)
  }

  /// U+FFFD stands in the place of bytes that were no UTF-8: the name of another file. U+2028 and
  /// U+2029 end a line to some readers.
  private static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control
      || [0x2028, 0x2029, 0xFFFD].contains(scalar.value)
  }

  private static func padded(_ digits: String) -> String {
    String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  private static func visible(_ value: String) -> String {
    let scalars = value.unicodeScalars.map { isUnfit($0) ? "?" : String($0) }
    return scalars.joined()
  }
}
