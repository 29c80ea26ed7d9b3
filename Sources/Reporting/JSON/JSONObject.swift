/// The members of a JSON object, in the order in which their keys were first set.
///
/// Look-ups search the list: the objects of logs and reports have a dozen keys.
public struct JSONObject: Equatable, Sendable, ExpressibleByDictionaryLiteral {
  /// One key with its value.
  public struct Member: Equatable, Sendable {
    /// The key, unique in its object.
    public let key: String
    /// The value.
    public var value: JSONValue
  }

  /// All members, in order.
  public private(set) var members: [Member] = []

  /// Creates an object without members.
  public init() {}

  /// Sets the keys one after the other: the last of equal keys wins, in the place of the first.
  public init(_ members: some Sequence<(String, JSONValue)>) {
    for (key, value) in members { self[key] = value }
  }

  /// An object with its keys in the order of the literal.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self.init(elements)
  }

  /// The keys, in order.
  public var keys: [String] { members.map(\.key) }

  /// The value of a key. A new key goes to the end; setting `nil` removes the key.
  public subscript(key: String) -> JSONValue? {
    get { members.first { $0.key == key }?.value }
    set {
      let place = members.firstIndex { $0.key == key }
      switch (place, newValue) {
      case (let place?, let value?): members[place].value = value
      case (let place?, nil): members.remove(at: place)
      case (nil, let value?): members.append(Member(key: key, value: value))
      case (nil, nil): break
      }
    }
  }
}
