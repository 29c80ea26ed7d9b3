import Foundation
import Yams

/// A YAML text and the settings that the command line changed in it.
struct ConfigurationDocument {
  let node: Node
  let file: String

  /// Parses a text and applies settings of the form `key.subkey=value`.
  init(text: String, file: String, settings: [String] = []) throws {
    self.file = file
    var node = try Self.parse(text, file) ?? Node.mapping([:])
    guard node.mapping != nil else {
      throw ConfigurationError("\(file): a configuration is a mapping of keys to values")
    }
    for setting in settings { try Self.apply(setting, to: &node) }
    self.node = node
  }

  private static func parse(_ text: String, _ file: String) throws -> Node? {
    do {
      return try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw ConfigurationError("\(file)\(place(of: error))")
    }
  }

  private static func place(of error: YamlError) -> String {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return ":\(mark.line):\(mark.column): not valid YAML: \(problem)"
    case .duplicatedKeysInMapping(let duplicates, let context):
      return ":\(context.mark.line): key '\(duplicates.first ?? "?")' is given twice"
    default:
      let line = "\(error)".split(separator: "\n").first.map(String.init) ?? "unreadable"
      return ": not valid YAML: \(line)"
    }
  }

  private static func apply(_ setting: String, to node: inout Node) throws {
    guard let equals = setting.firstIndex(of: "="), equals != setting.startIndex else {
      throw ConfigurationError("--set \(setting): write key=value, such as training.epochs=5")
    }
    let keys = setting[..<equals].split(separator: ".").map(String.init)
    let value = try parse(String(setting[setting.index(after: equals)...]), "--set \(setting)")
    node = replacing(node, keys[...], with: value?.withoutMarks ?? .null)
  }

  private static func replacing(_ node: Node?, _ keys: ArraySlice<String>, with value: Node) -> Node
  {
    guard let key = keys.first else { return value }
    var mapping = node?.mapping ?? Node.Mapping([])
    mapping[Node(key)] = replacing(mapping[Node(key)], keys.dropFirst(), with: value)
    return Node.mapping(mapping)
  }
}

extension Node {
  /// The same, from no place of any file.
  fileprivate var withoutMarks: Node {
    switch self {
    case .scalar(let scalar): .scalar(.init(scalar.string, scalar.tag, scalar.style))
    case .mapping(let mapping):
      .mapping(.init(mapping.map { ($0.key.withoutMarks, $0.value.withoutMarks) }, mapping.tag))
    case .sequence(let sequence): .sequence(.init(sequence.map(\.withoutMarks), sequence.tag))
    case .alias: self
    }
  }
}
