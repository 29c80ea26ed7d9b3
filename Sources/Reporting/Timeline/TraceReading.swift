/// What is known of a timeline while its events are read, in the order in which they ended.
struct TraceReading {
  /// A wait, and what leads to whom it was for.
  struct FoundWait {
    let event: TraceEvent
  }

  private(set) var rows: [String: TraceSummary.Row] = [:]
  private(set) var waits: [FoundWait] = []
  private(set) var names: [Int: String] = [:]
  private(set) var ranks: Set<Int> = []
  private(set) var lost = 0
  private(set) var clockError = 0.0
  private var open: [Int: FinishedSpans] = [:]
  private var places: [String: [Int: Int]] = [:]
  /// Names beyond are counted together: a timeline has some dozens.
  static let mostRows = 5000

  mutating func add(_ event: TraceEvent) {
    guard event.isSpan else { return addMetadata(event) }
    ranks.insert(event.rank)
    let inside = open[event.rank, default: FinishedSpans()].take(event)
    var (name, category) = (event.name, event.category ?? "")
    var key = "\(category) \(name)"
    if rows.count >= Self.mostRows, rows[key] == nil {
      (name, category, key) = ("other names", "", "")
    }
    let place = ranksPlace(of: event.rank, in: key)
    rows[key, default: .init(name: name, category: category)].add(
      event, inside: inside, at: place)
    if event.category == "wait" { addWait(event) }
  }

  /// Where the rank stands among those of a row.
  private mutating func ranksPlace(of rank: Int, in key: String) -> Int {
    if let place = places[key]?[rank] { return place }
    let place = places[key]?.count ?? 0
    places[key, default: [:]][rank] = place
    return place
  }

  private mutating func addMetadata(_ event: TraceEvent) {
    switch event.name {
    case "process_name": names[event.rank] = event.arguments?["name"]?.stringValue
    case "spans_lost":
      // A file may say what it likes.
      lost = min(lost + min(max(event.arguments?["count"]?.intValue ?? 0, 0), 1 << 48), 1 << 48)
    case "clock_alignment":
      clockError = max(clockError, event.arguments?["error_us"]?.doubleValue ?? 0)
    default: break
    }
  }

  private mutating func addWait(_ event: TraceEvent) {
    if waits.count == TraceSummary.mostWaits {
      guard let last = waits.last, last.event.duration < event.duration else { return }
      waits.removeLast()
    }
    let place = waits.firstIndex { $0.event.duration < event.duration } ?? waits.count
    waits.insert(FoundWait(event: event), at: place)
  }

  /// The rows with their shares, the longest in total first.
  var summedRows: [TraceSummary.Row] {
    let all = max(rows.values.reduce(0) { $0 + $1.own }, 1e-12)
    return rows.values.map { row in
      var row = row
      row.share = row.own / all
      row.ranks.sort { $0.rank < $1.rank }
      return row
    }.sorted { ($1.total, $0.name) < ($0.total, $1.name) }
  }
}

/// The spans of a rank that have ended and lie in no other so far.
private struct FinishedSpans {
  private var spans: [(begin: Double, duration: Double)] = []
  /// Older ones are forgotten: few spans hold so many others.
  private static let most = 1 << 16

  /// Adds a span.
  /// - Returns: the time of those inside of it.
  mutating func take(_ event: TraceEvent) -> Double {
    var inside = 0.0
    while let last = spans.last, last.begin >= event.begin {
      inside += last.duration
      spans.removeLast()
    }
    if spans.count == Self.most { spans.removeFirst(Self.most / 2) }
    spans.append((event.begin, event.duration))
    return inside
  }
}

extension TraceSummary.Row {
  fileprivate mutating func add(_ event: TraceEvent, inside: Double, at place: Int) {
    let seconds = event.duration * 1e-6
    count += 1
    total += seconds
    own += max(seconds - inside * 1e-6, 0)
    if place == ranks.count { ranks.append(.init(rank: event.rank)) }
    ranks[place].count += 1
    ranks[place].total += seconds
    ranks[place].longest = max(ranks[place].longest, seconds)
  }
}

/// Who came last to the calls in which others waited longest.
struct TraceCalls {
  private struct Arrival {
    let rank: Int
    let begin: Double
  }

  private var arrivals: [Int: [Arrival]] = [:]

  /// The calls of waits that do not say themselves for whom they were.
  init(of waits: [TraceReading.FoundWait]) {
    for wait in waits where wait.event.awaited == nil {
      if let call = wait.event.call { arrivals[call] = [] }
    }
  }

  var isEmpty: Bool { arrivals.isEmpty }

  mutating func add(_ event: TraceEvent) {
    guard event.category == "wait", let call = event.call, arrivals[call] != nil else { return }
    arrivals[call]?.append(Arrival(rank: event.rank, begin: event.begin))
  }

  /// The wait, and for whom it was: for the one rank that did not have to wait, or else for the last to come.
  func resolved(_ wait: TraceReading.FoundWait, ranks: Set<Int>) -> TraceSummary.Wait {
    let event = wait.event
    return TraceSummary.Wait(
      rank: event.rank, name: event.name, begin: event.begin * 1e-6,
      seconds: event.duration * 1e-6, awaited: event.awaited ?? last(event, ranks))
  }

  private func last(_ event: TraceEvent, _ ranks: Set<Int>) -> Int? {
    guard let call = event.call, let known = arrivals[call] else { return nil }
    let missing = ranks.subtracting(known.map(\.rank))
    if let only = missing.first { return missing.count == 1 ? only : nil }
    guard let last = known.max(by: { $0.begin < $1.begin }), last.rank != event.rank,
      last.begin > event.begin, last.begin < event.end
    else { return nil }
    return last.rank
  }
}
