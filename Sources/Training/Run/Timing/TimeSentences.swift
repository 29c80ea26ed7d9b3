import Foundation
import Timeline

/// Where the time of a start went, in words.
struct TimeSentences {
  let ranks: [RankTimes]

  /// A rank that needs so many times as long for a sample as the others is worth a word.
  static let slow = 1.15

  /// One line for the slowest rank and the median one, and one for each rank that computes slowly.
  var lines: [String] {
    let byWork = ranks.sorted { $0.busy > $1.busy }
    guard let slowest = byWork.first else { return [] }
    guard ranks.count > 1 else { return ["time: \(split(slowest))"] }
    let median = byWork[byWork.count / 2]
    return [
      "time: \(name(slowest)), which others wait for most, \(split(slowest)); \(name(median)), the "
        + "median, \(split(median))"
    ] + slowOnes
  }

  private var slowOnes: [String] {
    ranks.compactMap { rank in
      guard let factor = slowness(rank), factor > Self.slow else { return nil }
      return String(
        format:
          "\(name(rank)) computes %.2f times as long for a sample as the others: look at what else "
          + "runs there, or whether ranks share cores (doctor tells)", factor)
    }
  }

  /// How many times as long a rank computes for a sample as the median of the others.
  func slowness(_ rank: RankTimes) -> Double? {
    let others = ranks.filter { $0.rank != rank.rank }.compactMap(\.secondsPerSample).sorted()
    // Moments say nothing of a machine.
    guard let own = rank.secondsPerSample, rank.seconds[.compute] > 1, !others.isEmpty else {
      return nil
    }
    return own / others[others.count / 2]
  }

  private func name(_ rank: RankTimes) -> String { "rank \(rank.rank) on \(rank.host)" }

  /// Such as "12.3 s: 81 % compute, 10 % wait, 5 % reduce".
  private func split(_ rank: RankTimes) -> String {
    let total = max(rank.seconds.total, 1e-9)
    let shares = Activity.reported.map { (name: $0.name, share: rank.seconds[$0] / total) }
    let parts = shares.filter { $0.share >= 0.005 }.sorted { $0.share > $1.share }
      .map { String(format: "%.0f %% %@", 100 * $0.share, $0.name) }
    return String(format: "%.2f s: ", rank.seconds.total) + parts.joined(separator: ", ")
  }
}
