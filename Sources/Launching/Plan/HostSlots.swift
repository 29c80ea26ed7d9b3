/// A host, and how many ranks it takes.
public struct HostSlots: Sendable, Equatable {
  /// The name or address.
  public var host: String
  /// The number of ranks; at least 1.
  public var slots: Int

  /// A host.
  /// - Throws: `LaunchError` for a name that is no host name or address, or slots below 1.
  public init(host: String, slots: Int = 1) throws {
    (self.host, self.slots) = (host, slots)
    guard host.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.-]*/) != nil, host.count <= 255,
      (1...65536).contains(slots)
    else {
      throw LaunchError("'\(host):\(slots)' is no host with slots: give --hosts a:2,b:2")
    }
  }

  /// Reads `a:2,b:2`; a host without a number has one slot.
  /// - Throws: `LaunchError` for anything else, and for a host that comes twice.
  public static func list(parsing text: String) throws -> [HostSlots] {
    let hosts = try text.split(separator: ",", omittingEmptySubsequences: false).map { entry in
      let parts = entry.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard parts.count <= 2, let slots = parts.count == 2 ? Int(parts[1]) : 1 else {
        throw LaunchError("--hosts is '\(text)' but must be hosts with slots, such as a:2,b:2")
      }
      return try HostSlots(host: parts[0], slots: slots)
    }
    guard Set(hosts.map(\.host)).count == hosts.count else {
      throw LaunchError(
        "--hosts is '\(text)', which names a host twice; give each once, as a:2,b:2")
    }
    return hosts
  }

  /// `a:2`.
  public var text: String { "\(host):\(slots)" }
}
