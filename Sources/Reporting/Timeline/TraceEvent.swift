/// An event of a timeline: a span, or what a rank is called.
struct TraceEvent {
  let rank: Int
  let name: String
  /// The activity, `detail`, or nothing for metadata.
  let category: String?
  /// Microseconds.
  let begin: Double
  let duration: Double
  /// The rank that was waited for, where the span says so.
  let awaited: Int?
  /// The number of a call that all ranks make together.
  let call: Int?
  /// What metadata says.
  let arguments: JSONValue?

  var end: Double { begin + duration }
  var isSpan: Bool { category != nil }

  /// A line of a timeline; nil where there is no whole event in it.
  init?(line: [UInt8]) {
    guard let event = Self.whole(line), let json = try? JSONValue(parsing: Array(event)),
      let rank = json["pid"]?.intValue, let name = json["name"]?.stringValue
    else { return nil }
    (self.rank, self.name) = (rank, name)
    let isSpan = json["ph"]?.stringValue == "X"
    category = isSpan ? json["cat"]?.stringValue ?? "" : nil
    begin = json["ts"]?.doubleValue ?? 0
    duration = json["dur"]?.doubleValue ?? 0
    arguments = json["args"]
    awaited = arguments?["rank"]?.intValue
    call = arguments?["call"]?.intValue
  }

  /// The event in a line, without the comma that may stand before or behind it.
  static func whole(_ line: [UInt8]) -> ArraySlice<UInt8>? {
    var event = line[...]
    if event.first == UInt8(ascii: ",") { event = event.dropFirst() }
    if event.last == UInt8(ascii: ",") { event = event.dropLast() }
    guard event.first == UInt8(ascii: "{"), event.last == UInt8(ascii: "}") else { return nil }
    return event
  }
}
