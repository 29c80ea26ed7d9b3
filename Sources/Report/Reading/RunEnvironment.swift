import Foundation
import Reporting

/// Where and how a run was started, and how each start ended: `environment.json`.
public struct RunEnvironment: Sendable {
  /// How a start ended.
  public enum End: String, Sendable {
    /// All done.
    case done
    /// By a signal or the end of its time, with a checkpoint.
    case stopped
    /// Numbers that are not finite.
    case diverged
    /// Anything else.
    case failed
  }

  /// The starts, each an object of the file.
  public private(set) var starts: [JSONValue]

  /// Reads the file of a run directory; no starts where there is none, or where it is torn.
  public init(_ path: String) {
    starts = JSONFile.read(path)?["starts"]?.arrayValue ?? []
  }

  /// Adds a start.
  public mutating func begin(_ start: JSONValue) { starts.append(start) }

  /// Says of the last start how it ended, as its key `end`: {"time", "state", "digest", "reason"}.
  public mutating func end(_ end: End, time: Double, digest: String?, reason: String? = nil) {
    guard case .object(var last) = starts.last else { return }
    last["end"] = .object([
      "time": .double(time), "state": .string(end.rawValue),
      "digest": digest.map { .string($0) } ?? .null,
      "reason": reason.map { .string($0) } ?? .null,
    ])
    starts[starts.count - 1] = .object(last)
  }

  /// The file's text.
  public var encoded: String {
    JSONValue.object(["starts": .array(starts)]).encoded(pretty: true) + "\n"
  }

  /// How the last start ended; nil where it does not say.
  var lastEnd: End? { starts.last?["end"]?["state"]?.stringValue.flatMap(End.init) }
  /// Why the last start ended before its end; nil where it did not, or does not say.
  var reason: String? { starts.last?["end"]?["reason"]?.stringValue }
  /// The digest that the last start ended in; nil where it did not come to its end.
  var digest: String? { starts.last?["end"]?["digest"]?.stringValue }
}
