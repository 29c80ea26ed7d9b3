import Foundation
import Reporting

/// What a rank found when all summed numbers over the ranks.
public struct ReductionFacts: Codable, Sendable, Equatable {
  /// A way of summing.
  public struct Trial: Codable, Sendable, Equatable {
    /// `shared memory` or `messages`.
    public var transport: String
    /// Elements whose sum is not the tree's.
    public var wrong: Int
    /// Elements that were summed.
    public var count: Int
    /// SHA-256 of the sums.
    public var digest: String

    /// A trial.
    public init(transport: String, wrong: Int, count: Int, digest: String) {
      (self.transport, self.wrong, self.count, self.digest) = (transport, wrong, count, digest)
    }
  }

  /// The ways that were tried.
  public var trials: [Trial]
  /// What they cost.
  public var times: [ReductionTime]

  /// Facts.
  public init(trials: [Trial], times: [ReductionTime]) {
    (self.trials, self.times) = (trials, times)
  }
}

/// Whether sums over ranks are right, the same bits everywhere, and fast.
public enum ReductionCheck {
  /// Judges what all ranks found.
  /// - Parameters:
  ///   - all: the ranks.
  ///   - crowded: whether ranks share cores, so that times mean little.
  public static func judge(_ all: [OfRank<ReductionFacts>], crowded: Bool) -> [Finding] {
    guard let first = all.first else { return [] }
    let findings = first.facts.trials.indices.flatMap { trial(all, $0) }
    guard findings.isEmpty else { return findings }
    let ways = first.facts.trials.map(\.transport).joined(separator: " and by ")
    let ok = Finding(
      .allReduce, .ok,
      all.count == 1
        ? "one rank has nobody to add with; its sums are right"
        : "sums over \(all.count) ranks by \(ways) are right, and the same bits on all")
    return [ok] + (crowded ? [] : slow(first.facts.times, hosts(of: all).count))
  }

  private static func trial(_ all: [OfRank<ReductionFacts>], _ index: Int) -> [Finding] {
    let trials = all.map { $0.map { $0.trials[index] } }
    let advice = "do not train like this; try SDT_TRANSPORT=messages, and tell the developers"
    let wrong = trials.filter { $0.facts.wrong > 0 }
    if !wrong.isEmpty {
      return [
        Finding(
          .allReduce, .problem,
          "\(name(wrong)): \(wrong[0].facts.wrong) of \(wrong[0].facts.count) sums by "
            + "\(wrong[0].facts.transport) are wrong", advice: advice, ranks: wrong.map(\.rank),
          hosts: hosts(of: wrong))
      ]
    }
    return groups(trials) { $0.digest }.dropFirst().map { group in
      Finding(
        .allReduce, .problem,
        "\(name(group.ranks)) got other bits than the others of sums by "
          + "\(group.ranks[0].facts.transport)", advice: advice, ranks: group.ranks.map(\.rank),
        hosts: hosts(of: group.ranks))
    }
  }

  /// Slower than the slowest network in use: 1 Gbit/s Ethernet.
  private static func slow(_ times: [ReductionTime], _ hosts: Int) -> [Finding] {
    let messages = times.filter { $0.transport == "messages" }
    var found: [String] = []
    if let small = messages.min(by: { $0.bytes < $1.bytes }), small.microseconds > 1000 {
      found.append("a small one takes \(String(format: "%.1f", small.microseconds * 1e-3)) ms")
    }
    if let large = messages.max(by: { $0.bytes < $1.bytes }), large.bytes >= 1 << 18,
      large.gigabytesPerSecond < 0.1
    {
      found.append(
        "\(Format.bytes(large.bytes)) go with \(String(format: "%.3f", large.gigabytesPerSecond)) GB/s"
      )
    }
    guard !found.isEmpty else { return [] }
    return [
      Finding(
        .allReduce, .note, "sums over the ranks are slow: \(found.joined(separator: ", and "))",
        advice: hosts > 1
          ? "see which network MPI uses (Open MPI: --mca btl_base_verbose 30; --mca btl_tcp_if_include "
            + "names one); larger training.global_batch means fewer sums"
          : "see whether ranks share cores, or what else runs here (top)")
    ]
  }
}
