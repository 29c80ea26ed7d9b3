import CTimeline

/// Spans as events of the Chrome trace format, one a line, in UTF-8.
///
/// Source: Duca and Sinclair, "Trace Event Format", 2016: complete events (`ph` X) with `ts` and `dur` in
/// microseconds, metadata (M) that names processes and threads. A rank is a process.
struct TraceEvents {
  private(set) var bytes: [UInt8] = []
  private let rank: Int
  private let origin: Int64

  /// - Parameters:
  ///   - rank: whose spans they are.
  ///   - origin: the moment 0 of the file, on this rank's clock.
  init(rank: Int, origin: Int64) {
    (self.rank, self.origin) = (rank, origin)
    bytes.reserveCapacity(1 << 20)
  }

  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  /// What the file begins with: who the rank is. An array whose end is missing may be read all the same.
  mutating func begin(host: String, offset: Int64, error: Int64) {
    text("[\n")
    metadata("process_name", "{\"name\":\"rank \(rank) (\(Self.escaped(host)))\"}")
    text(",\n")
    metadata("process_sort_index", "{\"sort_index\":\(rank)}")
    text(",\n")
    metadata("thread_name", "{\"name\":\"main\"}")
    text(",\n")
    metadata(
      "clock_alignment",
      "{\"offset_us\":\(Double(offset) / 1000),\"error_us\":\(Double(error) / 1000)}")
    guard error > 0 else { return }
    text(",\n")
    metadata("process_labels", "{\"labels\":\"clock ± \((error + 999) / 1000) µs\"}")
  }

  /// The end of the array, and of how many spans there was no room for.
  mutating func end(lost: UInt64) {
    text(",\n")
    metadata("spans_lost", "{\"count\":\(lost)}")
    text("\n]\n")
  }

  private mutating func metadata(_ name: String, _ arguments: String) {
    text(
      "{\"ph\":\"M\",\"pid\":\(rank),\"tid\":0,\"ts\":0,\"name\":\"\(name)\",\"args\":\(arguments)}"
    )
  }

  mutating func add(_ span: sdt_span) {
    text(",\n{\"ph\":\"X\",\"pid\":")
    number(Int64(rank))
    text(",\"tid\":0,\"ts\":")
    microseconds(Int64(bitPattern: span.begin) - origin)
    text(",\"dur\":")
    microseconds(Int64(bitPattern: span.end - span.begin))
    text(",\"cat\":\"")
    text(Activity(rawValue: span.activity)?.staticName ?? "detail")
    text("\",\"name\":\"")
    name(span.name)
    text("\"")
    arguments(span)
    text("}")
  }

  private mutating func arguments(_ span: sdt_span) {
    switch SpanValues.Kind(rawValue: span.kind) {
    case .step:
      text(",\"args\":{\"step\":")
      number(span.values.0)
      text(",\"epoch\":")
      number(span.values.1)
      text(",\"samples\":")
      number(span.values.2)
      text("}")
    case .rank:
      text(",\"args\":{\"rank\":")
      number(span.values.0)
      text("}")
    case .call:
      text(",\"args\":{\"call\":")
      number(span.values.0)
      text("}")
    default: break
    }
  }

  // MARK: - Bytes, without strings on the way: there may be a hundred thousand spans a second.

  private mutating func text(_ text: StaticString) {
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private mutating func text(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func name(_ name: UnsafePointer<CChar>) {
    var place = name
    while place.pointee != 0 {
      let byte = UInt8(bitPattern: place.pointee)
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
        bytes.append(UInt8(ascii: "\\"))
      }
      // Names of layers are words of the program; a control character has no place in one.
      bytes.append(byte < 0x20 ? UInt8(ascii: " ") : byte)
      place += 1
    }
  }

  private mutating func microseconds(_ nanoseconds: Int64) {
    if nanoseconds < 0 { bytes.append(UInt8(ascii: "-")) }
    let (whole, rest) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
    digits(whole)
    bytes.append(UInt8(ascii: "."))
    bytes.append(UInt8(ascii: "0") + UInt8(rest / 100))
    bytes.append(UInt8(ascii: "0") + UInt8(rest / 10 % 10))
    bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
  }

  private mutating func number(_ value: Int64) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    digits(value.magnitude)
  }

  private mutating func digits(_ value: UInt64) {
    let start = bytes.count
    var rest = value
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    bytes[start...].reverse()
  }

  private static func escaped(_ host: String) -> String {
    String(
      host.unicodeScalars.filter { $0.value >= 0x20 && $0 != "\"" && $0 != "\\" }.map(
        Character.init))
  }
}

extension Activity {
  fileprivate var staticName: StaticString {
    switch self {
    case .other: "other"
    case .load: "load"
    case .compute: "compute"
    case .reduce: "reduce"
    case .wait: "wait"
    case .update: "update"
    case .evaluate: "evaluate"
    case .checkpoint: "checkpoint"
    case .report: "report"
    }
  }
}
