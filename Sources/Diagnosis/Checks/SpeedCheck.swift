import Foundation

/// Whether one rank is slower than the others, who wait for it in every step.
public enum SpeedCheck {
  /// Judges the speeds of all ranks, measured in the same seconds.
  public static func judge(_ speeds: [OfRank<CoreSpeed>]) -> [Finding] {
    guard !speeds.isEmpty else { return [] }
    let (wall, own) = (middle(speeds.map(\.facts.wall)), middle(speeds.map(\.facts.own)))
    let findings = speeds.compactMap { one -> Finding? in
      if one.facts.own < 0.8 * own { return slow(one, one.facts.own, own) }
      return one.facts.wall < 0.8 * wall ? disturbed(one, wall) : nil
    }
    guard findings.isEmpty else { return findings }
    let rates = speeds.map(\.facts.wall).sorted()
    let range =
      rates.count == 1 ? text(rates[0]) : "\(text(rates[0])) to \(text(rates[rates.count - 1]))"
    return [
      Finding(
        .speed, .ok, "\(range) GFLOP/s of single-precision products (sgemm) a rank, all at once")
    ]
  }

  /// Its core computes slower.
  private static func slow(
    _ one: OfRank<CoreSpeed>, _ rate: Double, _ middle: Double
  ) -> Finding {
    Finding(
      .speed, rate < 0.5 * middle ? .problem : .note,
      "the core of rank \(one.rank) (\(one.host)) multiplies at \(text(rate)) GFLOP/s, "
        + "\(percent(rate, middle)) of the middle rank's (\(text(middle))): all wait for it",
      advice:
        "see whether that CPU is throttled (temperature, power limit), older than the others, or "
        + "uses other kernels; leave the host out if so", ranks: [one.rank], hosts: [one.host])
  }

  /// Its core is as fast as others', but not its own.
  private static func disturbed(_ one: OfRank<CoreSpeed>, _ middle: Double) -> Finding {
    Finding(
      .speed, .note,
      "rank \(one.rank) (\(one.host)) got \(percent(one.facts.wall, one.facts.own)) of its core's time, "
        + "and multiplies at \(text(one.facts.wall)) GFLOP/s, where the middle rank reaches "
        + "\(text(middle)): something else runs there, and all wait for it",
      advice:
        "see what runs on that host (top), and bind ranks to cores of their own (--bind-to core)",
      ranks: [one.rank], hosts: [one.host])
  }

  /// Of two, the better one is the measure.
  private static func middle(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  private static func percent(_ part: Double, _ whole: Double) -> String {
    "\(Int((part / whole * 100).rounded())) %"
  }

  private static func text(_ rate: Double) -> String { String(format: "%.0f", rate) }
}
