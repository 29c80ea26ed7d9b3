import Reporting
import Timeline

/// Where a rank's time went, and what it did in that time.
struct RankTimes: Equatable {
  let rank: Int
  let host: String
  var seconds = ActivitySeconds()
  /// Of this rank's shards, in training.
  var samples = 0
  /// Batches that were trained on.
  var steps = 0
  /// The starts of the run that the rank took part in, on this host.
  var starts = 1

  /// Seconds that it did not stand still for others.
  var busy: Double { seconds.total - seconds[.wait] }

  /// Seconds of computing for a sample; nil for a rank that has computed nothing.
  var secondsPerSample: Double? {
    samples > 0 && seconds[.compute] > 0 ? seconds[.compute] / Double(samples) : nil
  }

  /// Both together, of the same rank on the same host.
  static func + (one: RankTimes, other: RankTimes) -> RankTimes {
    var sum = one
    sum.seconds = one.seconds + other.seconds
    sum.samples += other.samples
    sum.steps += other.steps
    sum.starts += other.starts
    return sum
  }
}

/// `timing.json`: where the time of all ranks went, over all starts of a run.
struct TimingRecord: Equatable {
  /// By rank, then host. Seconds of the starts that a rank took part in are added up; a rank that is on
  /// another host than before is another entry, and those of earlier starts stay.
  var ranks: [RankTimes] = []
  /// How long this start has taken, from its beginning.
  var seconds = 0.0
  /// How many there were, with this one.
  var starts = 1

  /// This start after those before it.
  func after(_ earlier: TimingRecord) -> TimingRecord {
    var sum = self
    sum.starts += earlier.starts
    for old in earlier.ranks {
      if let place = sum.ranks.firstIndex(where: { $0.rank == old.rank && $0.host == old.host }) {
        sum.ranks[place] = sum.ranks[place] + old
      } else {
        sum.ranks.append(old)
      }
    }
    sum.ranks.sort { ($0.rank, $0.host) < ($1.rank, $1.host) }
    return sum
  }
}

extension TimingRecord {
  /// The file as JSON.
  var json: JSONValue {
    .object([
      "ranks": .array(ranks.map(\.json)), "seconds": .double(seconds), "starts": .int(starts),
    ])
  }

  /// What a file says; nil for one that is no such file.
  init?(_ json: JSONValue) {
    guard let ranks = json["ranks"]?.arrayValue, let starts = json["starts"]?.intValue else {
      return nil
    }
    self.ranks = ranks.compactMap(RankTimes.init)
    (seconds, self.starts) = (json["seconds"]?.doubleValue ?? 0, starts)
    guard self.ranks.count == ranks.count, (1...RankTimes.most).contains(starts) else {
      return nil
    }
  }
}

extension RankTimes {
  fileprivate var json: JSONValue {
    let seconds = JSONObject(
      Activity.reported.map { ($0.name, JSONValue.double(self.seconds[$0])) })
    return .object([
      "rank": .int(rank), "host": .string(host), "seconds": .object(seconds),
      "samples": .int(samples), "steps": .int(steps), "starts": .int(starts),
    ])
  }

  /// No run counts further: numbers beyond are none of its own, and may not be added up.
  fileprivate static let most = 1 << 48

  fileprivate init?(_ json: JSONValue) {
    guard let rank = json["rank"]?.intValue, rank >= 0, let host = json["host"]?.stringValue else {
      return nil
    }
    (self.rank, self.host) = (rank, host)
    seconds = ActivitySeconds { activity in
      let value = json["seconds"]?[activity.name]?.doubleValue ?? 0
      return value.isFinite && value > 0 ? value : 0
    }
    samples = json["samples"]?.intValue ?? 0
    steps = json["steps"]?.intValue ?? 0
    starts = json["starts"]?.intValue ?? 1
    guard [samples, steps, starts].allSatisfy((0...Self.most).contains) else { return nil }
  }
}

extension Activity {
  /// All of them, in the order of files and sentences.
  static let reported: [Activity] = [
    .load, .compute, .reduce, .wait, .update, .evaluate, .checkpoint, .report, .other,
  ]
}
