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
    /// Seconds of computing for a sample; nil for a rank that has computed nothing.
    var secondsPerSample: Double? {
      guard let samples, samples.isFinite, samples > 0, seconds("compute") > 0 else { return nil }
      return seconds("compute") / samples
    }
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
    ("checkpoint", "checkpoints"), ("report", "lines of metrics, results and pictures, on rank 0"),
    ("other", "all else"),
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

  /// Ranks that compute longer than 1.15 times the others, with their factor, the slowest first: as the log says.
  var slow: [(rank: Rank, factor: Double)] {
    compared.filter { $0.factor > 1.15 }.sorted { $0.factor > $1.factor }
  }

  /// How many times as long ranks compute for a sample as the median of the others. Moments say nothing of a
  /// machine.
  var compared: [(rank: Rank, factor: Double)] {
    let rated = ranks.compactMap { rank in rank.secondsPerSample.map { (rank: rank, time: $0) } }
      .sorted { $0.time < $1.time }
    guard rated.count > 1 else { return [] }
    let middle = (rated.count - 1) / 2
    return rated.indices.filter { rated[$0].rank.seconds("compute") > 1 }.map { own in
      // The middle of the list without this rank.
      let median = rated[middle < own ? middle : middle + 1].time
      return (rated[own].rank, rated[own].time / median)
    }
  }
}
