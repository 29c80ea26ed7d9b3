import Foundation
import Reporting
import Testing

/// A timeline read as strictly as the Chrome trace format can be taken (Duca and Sinclair, "Trace Event
/// Format", 2016): what Perfetto shows without a complaint.
struct StrictTrace {
  struct Span {
    let rank: Int
    let name: String
    let category: String
    let begin: Double
    let end: Double
    let arguments: JSONValue?
    /// Without what lies inside.
    var own: Double
    /// The names of what it lies in, the outermost first.
    var path: [String] = []
  }

  /// All of them, by beginning.
  let spans: [Span]
  let names: [Int: String]
  /// What else the ranks say of themselves.
  let metadata: [JSONValue]

  init(_ path: String) throws {
    let data = try #require(FileManager.default.contents(atPath: path), "no \(path)")
    let json = try JSONValue(parsing: String(decoding: data, as: UTF8.self))
    let events = try #require(json["traceEvents"]?.arrayValue ?? json.arrayValue)
    metadata = events.filter { $0["ph"]?.stringValue == "M" }
    names = Dictionary(
      uniqueKeysWithValues: metadata.filter { $0["name"]?.stringValue == "process_name" }.map {
        ($0["pid"]!.intValue!, $0["args"]!["name"]!.stringValue!)
      })
    let complete = try events.filter { $0["ph"]?.stringValue != "M" }.map(Self.span)
    let byRank = Dictionary(grouping: complete, by: \.rank)
    spans = try byRank.values.flatMap(Self.nested).sorted { $0.begin < $1.begin }
  }

  private static func span(_ event: JSONValue) throws -> Span {
    #expect(event["ph"]?.stringValue == "X", "complete events alone: \(event.encoded())")
    #expect(event["tid"]?.intValue == 0)
    let begin = try #require(event["ts"]?.doubleValue)
    let duration = try #require(event["dur"]?.doubleValue)
    let name = try #require(event["name"]?.stringValue)
    #expect(begin >= 0 && duration > 0 && !name.isEmpty, "\(event.encoded())")
    return Span(
      rank: try #require(event["pid"]?.intValue), name: name,
      category: try #require(event["cat"]?.stringValue), begin: begin, end: begin + duration,
      arguments: event["args"], own: duration)
  }

  /// Every span of a thread lies wholly in another or beside it. Half a nanosecond is what numbers of three
  /// places leave open.
  private static func nested(_ spans: [Span]) throws -> [Span] {
    var sorted = spans.sorted { $0.begin < $1.begin }
    var open: [Int] = []
    for place in sorted.indices {
      if place > 0 {
        #expect(sorted[place - 1].begin < sorted[place].begin, "two spans begin together")
      }
      while let last = open.last, sorted[last].end <= sorted[place].begin + 0.0005 {
        open.removeLast()
      }
      if let last = open.last {
        #expect(
          sorted[place].end <= sorted[last].end + 0.0005,
          "\(sorted[place].name) ends after \(sorted[last].name), in which it began")
        sorted[last].own -= sorted[place].end - sorted[place].begin
      }
      sorted[place].path = open.map { sorted[$0].name }
      open.append(place)
    }
    return sorted
  }

  /// The seconds of an activity and of details inside of it, of a rank.
  func seconds(_ activity: String, rank: Int) -> Double {
    // A detail counts for the activity that it lies in.
    let details = spans.filter { $0.rank == rank && $0.category == "detail" && $0.name != "step" }
    let own = spans.filter { $0.rank == rank && $0.category == activity }.reduce(0) { $0 + $1.own }
    let inside = details.filter { activityOf($0) == activity }.reduce(0) { $0 + $1.own }
    return (own + inside) * 1e-6
  }

  private func activityOf(_ detail: Span) -> String? {
    detail.path.last { ["load", "compute", "reduce", "update", "send"].contains($0) }
      .map { $0 == "send" ? "reduce" : $0 }
  }

  /// The steps that are kept whole, of a rank.
  func steps(rank: Int) -> [Int] {
    spans.filter { $0.rank == rank && $0.name == "step" }.compactMap {
      $0.arguments?["step"]?.intValue
    }
  }
}
