import Foundation
import Objectives
import Yams

/// Reads one mapping of a configuration, key by key, and keeps what it made of it.
///
/// Every key that is asked for is known; what is left over at the end is an error that names the
/// nearest known key. The values read, defaults included, make up the resolved configuration that
/// a run writes beside its results.
public final class SettingsReader {
  let file: String
  let path: String
  private let node: Node?
  private var known: [String] = []
  private var resolved: [(key: String, value: Node)] = []
  private var sections: [(key: String, reader: SettingsReader)] = []
  private var ownStandards: [String: String] = [:]

  init(_ node: Node?, file: String, path: String = "") throws {
    self.file = file
    self.path = path
    self.node = node.flatMap { $0.isNull ? nil : $0 }
    if let node = self.node, node.mapping == nil {
      let name = path.isEmpty ? "a configuration" : path
      throw error("\(name) must be a mapping of keys to values", at: node)
    }
  }

  /// Whether a key is given; `null` gives nothing. To have asked makes the key a known one.
  public func has(_ key: String) -> Bool { value(key) != nil }

  /// The mapping below a key; empty when the key is not given.
  public func section(_ key: String) throws -> SettingsReader {
    let reader = try SettingsReader(value(key), file: file, path: qualified(key))
    sections.append((key, reader))
    return reader
  }

  /// A text.
  public func string(_ key: String, default standard: String? = nil) throws -> String {
    try scalar(key, standard, "a text") { $0.isEmpty ? nil : $0 }
  }

  /// A text that may be missing.
  public func optionalString(_ key: String) throws -> String? {
    has(key) ? try string(key) : notGiven(key)
  }

  /// A list of texts; one text stands for a list of one.
  public func strings(_ key: String) throws -> [String] {
    guard let node = value(key) else { throw missing(key, "a text or a list of texts") }
    let items = node.sequence.map(Array.init) ?? [node]
    let texts = try items.map { item in
      guard let text = item.scalar?.string, !text.isEmpty else {
        throw error("\(qualified(key)) must be a text or a list of texts", at: node)
      }
      return text
    }
    guard !texts.isEmpty else { throw error("\(qualified(key)) must not be empty", at: node) }
    resolved.append((key, node))
    return texts
  }

  /// A whole number in a range.
  public func integer(
    _ key: String, default standard: Int? = nil, in range: ClosedRange<Int> = Int.min...Int.max
  ) throws -> Int {
    let kind = "a whole number \(describe(range))"
    return try scalar(key, standard, kind) { text in
      Int(text.replacing("_", with: "")).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// A whole number that may be missing.
  public func optionalInteger(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
    has(key) ? try integer(key, in: range) : notGiven(key)
  }

  /// A finite number in a range.
  public func number(
    _ key: String, default standard: Double? = nil,
    in range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
  ) throws -> Double {
    try scalar(key, standard, "a number \(describe(range))") { text in
      Double(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// A finite number that may be missing.
  public func optionalNumber(_ key: String, in range: ClosedRange<Double>) throws -> Double? {
    has(key) ? try number(key, in: range) : notGiven(key)
  }

  /// True or false.
  public func flag(_ key: String, default standard: Bool) throws -> Bool {
    try scalar(key, standard, "true or false") {
      ["true": true, "yes": true, "on": true, "false": false, "no": false, "off": false][$0]
    }
  }

  /// One of a few words.
  public func choice<T: RawRepresentable & CaseIterable>(
    _ key: String, default standard: T? = nil
  ) throws -> T where T.RawValue == String {
    let words = T.allCases.map(\.rawValue)
    let word = try scalar(key, standard?.rawValue, "one of \(words.joined(separator: ", "))") { $0 }
    if let value = T(rawValue: word) { return value }
    let hint = nearest(to: word, among: words).map { "; did you mean '\($0)'?" } ?? ""
    throw error(
      "\(qualified(key)) is '\(word)' but must be one of \(words.joined(separator: ", "))\(hint)",
      at: value(key))
  }

  /// One of a few words, that may be missing.
  public func optionalChoice<T: RawRepresentable & CaseIterable>(_ key: String) throws -> T?
  where T.RawValue == String {
    has(key) ? try choice(key) : notGiven(key)
  }

  /// A size in bytes: a number, perhaps with a unit (KiB, MiB, GiB, KB, MB, GB).
  public func bytes(_ key: String, default standard: String) throws -> Int {
    let kind = "a size above zero such as 512MiB or 2GiB"
    let text = try scalar(key, standard, kind) { text in
      parseBytes(text).flatMap { $0 > 0 ? text : nil }
    }
    return parseBytes(text)!
  }

  /// An error of the caller's own about a key, with file, line and the key's full name before it.
  public func error(_ message: String, key: String) -> ConfigurationError {
    error("\(qualified(key)) \(message)", at: value(key))
  }

  /// Throws when there are keys that nobody asked for.
  public func finish() throws {
    for (_, reader) in sections { try reader.finish() }
    for (key, _) in node?.mapping.map(Array.init) ?? [] {
      guard let name = key.scalar?.string, known.contains(name) else {
        let name = key.scalar?.string ?? "?"
        let hint =
          nearest(to: name, among: known).map { "did you mean '\(qualified($0))'?" }
          ?? "known here: \(known.sorted().joined(separator: ", "))"
        throw error("unknown key '\(qualified(name))'; \(hint)", at: key)
      }
    }
  }

  /// Everything that was read, defaults included, in the order in which it was asked for.
  public var resolvedNode: Node {
    var pairs: [(Node, Node)] = resolved.map { (Node($0.key), $0.value) }
    for (key, reader) in sections { pairs.append((Node(key), reader.resolvedNode)) }
    return Node.mapping(Node.Mapping(pairs))
  }

  /// The defaults of all keys that have one, whether they were given or not, by their full names.
  var standards: [String: String] {
    sections.reduce(ownStandards) { $0.merging($1.reader.standards) { first, _ in first } }
  }

  // MARK: - Pieces

  func value(_ key: String) -> Node? {
    if !known.contains(key) { known.append(key) }
    return node?.mapping?[Node(key)].flatMap { $0.isNull ? nil : $0 }
  }

  /// A key that is not given and has no default: `null` in the resolved configuration.
  func notGiven<T>(_ key: String) -> T? {
    _ = value(key)
    record(key, .null)
    return nil
  }

  func record(_ key: String, _ node: Node) { resolved.append((key, node)) }

  func qualified(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  func missing(_ key: String, _ kind: String) -> ConfigurationError {
    let keys = node?.mapping?.keys.compactMap { $0.scalar?.string } ?? []
    let misspelt = nearest(to: key, among: keys.filter { !known.contains($0) })
    let hint = misspelt.map { "; there is '\(qualified($0))': did you mean '\(qualified(key))'?" }
    return error("\(qualified(key)) is missing; it must be \(kind)" + (hint ?? ""), at: node)
  }

  /// What `--set` brought has no line.
  func error(_ message: String, at node: Node?) -> ConfigurationError {
    let place = node.map { $0.mark.map { ":\($0.line)" } ?? " with --set" } ?? ""
    return ConfigurationError("\(file)\(place): \(message)")
  }

  private func scalar<T>(
    _ key: String, _ standard: T?, _ kind: String, _ parse: (String) -> T?
  ) throws -> T {
    if let standard { ownStandards[qualified(key)] = plainText(standard) }
    guard let node = value(key) else {
      guard let standard else { throw missing(key, kind) }
      resolved.append((key, Node(plainText(standard))))
      return standard
    }
    guard let text = node.scalar?.string, let value = parse(text) else {
      let given = node.scalar.map { "'\($0.string)'" } ?? "not a single value"
      throw error("\(qualified(key)) is \(given) but must be \(kind)", at: node)
    }
    resolved.append((key, node))
    return value
  }

  private func describe<T: Comparable>(_ range: ClosedRange<T>) -> String {
    let low = plainText(range.lowerBound)
    if range.upperBound as? Int == .max || range.upperBound as? Double == .greatestFiniteMagnitude {
      let isOpen =
        range.lowerBound as? Int == .min
        || range.lowerBound as? Double == -.greatestFiniteMagnitude
      return isOpen ? "that is finite" : "of at least \(low)"
    }
    return "from \(low) to \(plainText(range.upperBound))"
  }
}

extension Node {
  /// Nothing, as YAML writes it; `'null'` in quotes is a text.
  var isNull: Bool {
    guard let scalar, scalar.style != .singleQuoted, scalar.style != .doubleQuoted else {
      return false
    }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  /// Nothing.
  static var null: Node { .scalar(.init("null", Tag(.null), .plain)) }
}

/// A value as people write it: 1 and not 1.0.
func plainText<T>(_ value: T) -> String {
  if let number = value as? Double, number == number.rounded(), abs(number) < 1e15 {
    return "\(Int(number))"
  }
  return "\(value)"
}

/// Bytes of a text such as `512MiB`; nil when it is none.
func parseBytes(_ text: String) -> Int? {
  let units: [(String, Double)] = [
    ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("TiB", 1_099_511_627_776),
    ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("B", 1),
  ]
  let unit = units.first { text.lowercased().hasSuffix($0.0.lowercased()) }
  let digits = text.dropLast(unit?.0.count ?? 0).trimmingCharacters(in: .whitespaces)
  guard let number = Double(digits), number.isFinite, number * (unit?.1 ?? 1) < 9e18 else {
    return nil
  }
  return Int(number * (unit?.1 ?? 1))
}
