import Reporting

/// Where the time of every rank went: `timing.json`.
struct Timing: Sendable {
  /// One rank.
  struct Rank: Sendable {
    let rank: Int
    let host: String
    /// Seconds by activity, in the order of the file.
    let seconds: [(name: String, value: Double)]
    let samples: Double?
    let steps: Int?

    /// Seconds of one activity; 0 where it is not named.
    func seconds(_ name: String) -> Double { seconds.first { $0.name == name }?.value ?? 0 }
    /// All of them.
    var total: Double { seconds.reduce(0) { $0 + $1.value } }
  }

  let ranks: [Rank]
  /// Wall-clock seconds of the last start.
  let seconds: Double?
  /// How often the run was started.
  let starts: Int?

  /// What is known of activities. Others come after these.
  static let activities: [(name: String, meaning: String)] = [
    ("load", "reading and preparing samples"), ("compute", "the model"),
    ("reduce", "sums and messages"), ("wait", "standing still for other ranks"),
    ("update", "the optimizer"), ("evaluate", "evaluations"),
    ("checkpoint", "checkpoints"), ("other", "all else"),
  ]

  /// - Returns: nil where the object names no ranks.
  init?(_ json: JSONValue) {
    let found = (json["ranks"]?.arrayValue ?? []).compactMap(Self.rank)
    guard !found.isEmpty else { return nil }
    ranks = found.sorted { $0.rank < $1.rank }
    (seconds, starts) = (json["seconds"]?.doubleValue, json["starts"]?.intValue)
  }

  private static func rank(_ json: JSONValue) -> Rank? {
    guard let number = json["rank"]?.intValue, case .object(let object) = json["seconds"] else {
      return nil
    }
    let seconds = object.members.compactMap { member -> (name: String, value: Double)? in
      guard let value = member.value.doubleValue, value.isFinite, value >= 0 else { return nil }
      return (member.key, value)
    }
    return Rank(
      rank: number, host: json["host"]?.stringValue ?? "", seconds: seconds,
      samples: json["samples"]?.doubleValue, steps: json["steps"]?.intValue)
  }

  /// The activities that any rank names, known ones first.
  var names: [String] {
    let known = Self.activities.map(\.name)
    let all = ranks.flatMap { $0.seconds.map(\.name) }
    let others = all.reduce(into: [String]()) { names, name in
      if !known.contains(name), !names.contains(name) { names.append(name) }
    }
    return known.filter(all.contains) + others
  }

  /// Ranks that compute longer than 1.15 times the median, with their factor, the slowest first.
  var slow: [(rank: Rank, factor: Double)] {
    let times = ranks.map { $0.seconds("compute") }.sorted()
    let median = times[times.count / 2]
    guard ranks.count > 1, median > 0 else { return [] }
    return ranks.map { ($0, $0.seconds("compute") / median) }.filter { $0.1 > 1.15 }
      .sorted { $0.1 > $1.1 }
  }
}
