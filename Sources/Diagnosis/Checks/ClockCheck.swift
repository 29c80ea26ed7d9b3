import Foundation

/// Whether the clocks of hosts agree: times in logs are read side by side, and a job's end is a time.
public enum ClockCheck {
  /// Judges how far each host's clock is from that of rank 0.
  /// - Parameter offsets: a rank of each other host, seconds ahead of rank 0's.
  public static func judge(_ offsets: [OfRank<Double>]) -> [Finding] {
    let far = offsets.filter { abs($0.facts) > 1 }
    guard far.isEmpty else {
      return far.map { one in
        Finding(
          .clocks, .note,
          "the clock of \(one.host) is \(String(format: "%.1f", abs(one.facts))) s "
            + "\(one.facts > 0 ? "ahead of" : "behind") that of rank 0's host",
          advice:
            "have the hosts' clocks set by NTP (chrony): times in logs do not fit each other, and a "
            + "run may take the end of its time for another", ranks: [one.rank], hosts: [one.host])
      }
    }
    guard let most = offsets.map({ abs($0.facts) }).max() else {
      return [Finding(.clocks, .ok, "one host, one clock")]
    }
    return [
      Finding(
        .clocks, .ok,
        "the clocks of all hosts agree within \(String(format: "%.1f", most * 1e3)) ms")
    ]
  }
}
