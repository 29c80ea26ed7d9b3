import Foundation

/// A file of hosts, as launchers read it: `name slots=2` (Open MPI), `name:2` (MPICH), or the name alone for
/// one rank; `#` begins a comment. A name that comes again adds its slots, as in the node files of PBS.
public enum Hostfile {
  /// The hosts in a file.
  /// - Throws: `LaunchError` when it cannot be read, names no host, or has a line of another form.
  public static func read(_ path: String) throws -> [HostSlots] {
    guard let bytes = FileManager.default.contents(atPath: path) else {
      throw LaunchError("cannot read the host file \(path); name one that exists with --hostfile")
    }
    return try parse(String(decoding: bytes, as: UTF8.self), path: path)
  }

  static func parse(_ text: String, path: String) throws -> [HostSlots] {
    var hosts: [HostSlots] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
      guard let first = words.first else { continue }
      guard let host = try? host(first, words.dropFirst()) else {
        throw LaunchError(
          "\(path), line \(number + 1): '\(line)' is no host with slots; write 'name slots=2' or 'name:2'"
        )
      }
      if let known = hosts.firstIndex(where: { $0.host == host.host }) {
        hosts[known].slots += host.slots
      } else {
        hosts.append(host)
      }
    }
    guard !hosts.isEmpty else { throw LaunchError("the host file \(path) names no host") }
    return hosts
  }

  /// `max-slots`, `max_slots` and hydra's `binding=` say nothing about the number of ranks.
  private static func host(_ first: Substring, _ rest: ArraySlice<Substring>) throws -> HostSlots {
    let parts = first.split(separator: ":", omittingEmptySubsequences: false)
    var slots = parts.count == 2 ? Int(parts[1]) : parts.count == 1 ? 1 : nil
    for word in rest {
      let pair = word.split(separator: "=", omittingEmptySubsequences: false)
      guard pair.count == 2 else { throw LaunchError("no pair") }
      if pair[0] == "slots" { slots = Int(pair[1]) }
    }
    guard let slots else { throw LaunchError("no number") }
    return try HostSlots(host: String(parts[0]), slots: slots)
  }
}
