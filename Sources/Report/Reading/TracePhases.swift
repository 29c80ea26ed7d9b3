import Foundation
import Reporting

/// What a Chrome trace (`trace.json`) says in short: how long each kind of span took over all ranks.
///
/// Complete events (`"ph":"X"`) are counted; the file may end anywhere.
struct TracePhases: Sendable {
  /// Spans of one name.
  struct Phase: Sendable {
    let name: String
    /// Seconds, of all ranks together. What lies inside of a span counts there as well.
    var seconds = 0.0
    var count = 0
    /// Seconds.
    var longest = 0.0
    /// The rank of the longest.
    var rank = 0
  }

  /// The longest first.
  private(set) var phases: [Phase] = []
  /// Whether only the beginning was read.
  private(set) var isCut = false

  /// The most bytes of a file that are read.
  private static let most = 256 << 20

  /// - Returns: nil where there is no such file, or no span in it.
  init?(_ path: String) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var byName: [String: Phase] = [:]
    var scan = EventScan()
    var (chunk, total) = ([UInt8](repeating: 0, count: 1 << 18), 0)
    while true {
      let count = read(file, &chunk, chunk.count)
      guard count > 0 else { break }
      scan.take(chunk[..<count]) { Self.add($0, to: &byName) }
      total += count
      isCut = total >= Self.most
      if isCut { break }
    }
    guard !byName.isEmpty else { return nil }
    phases = byName.values.sorted { ($0.seconds, $1.name) > ($1.seconds, $0.name) }
  }

  private static func add(_ event: [UInt8], to byName: inout [String: Phase]) {
    guard let json = try? JSONValue(parsing: event), json["ph"]?.stringValue == "X",
      let name = json["name"]?.stringValue, let duration = json["dur"]?.doubleValue,
      duration.isFinite, byName.count < 10_000 || byName[name] != nil
    else { return }
    let seconds = duration * 1e-6
    var phase = byName[name] ?? Phase(name: name)
    phase.seconds += seconds
    phase.count += 1
    if seconds > phase.longest {
      (phase.longest, phase.rank) = (seconds, json["pid"]?.intValue ?? 0)
    }
    byName[name] = phase
  }
}

/// Cuts the events out of a trace: the objects of the outermost list, which may be `traceEvents` of an object.
private struct EventScan {
  private var depth = 0
  private var (isString, isEscaped) = (false, false)
  private var inList = false
  private var event: [UInt8] = []
  /// The depth of braces and brackets at which events begin.
  private var level: Int { inList ? 1 : 2 }

  mutating func take(_ bytes: ArraySlice<UInt8>, _ body: ([UInt8]) -> Void) {
    for byte in bytes {
      if depth > level || depth == level && byte == UInt8(ascii: "{") { event.append(byte) }
      if isString {
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isString = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""): isString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        if depth == 0 { inList = byte == UInt8(ascii: "[") }
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == level, !event.isEmpty {
          body(event)
          event.removeAll(keepingCapacity: true)
        }
      default: break
      }
    }
  }
}
