/// How much a finding matters. It rises.
public enum Verdict: String, Codable, Sendable, Comparable, CaseIterable {
  /// As it should be.
  case ok
  /// It works, but could be faster or safer; or it cannot be told.
  case note
  /// A run would fail, hang, lose results, break the equality of bits, or crawl.
  case problem

  /// Lower is better.
  public static func < (a: Verdict, b: Verdict) -> Bool {
    allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)!
  }
}

/// What is looked at. The names are part of the JSON schema.
public enum Check: String, Codable, Sendable, CaseIterable {
  case launcher
  case cores
  case threads
  case kernels
  case files
  case clocks
  case memory
  case limits
  case dataset
  case runDirectory = "run-directory"
  case speed
  case allReduce = "all-reduce"
  /// Whether all ranks answer; a finding only when one does not.
  case answers
}

/// One thing that a check found, and what to do about it.
public struct Finding: Sendable, Equatable {
  /// What was looked at.
  public let check: Check
  /// How much it matters.
  public let verdict: Verdict
  /// What was found, one line.
  public let found: String
  /// What to do, one line; nil where there is nothing to do.
  public let advice: String?
  /// The ranks that it is about; none where it is about all.
  public let ranks: [Int]
  /// The hosts that it is about; none where it is about all.
  public let hosts: [String]

  /// A finding.
  public init(
    _ check: Check, _ verdict: Verdict, _ found: String, advice: String? = nil, ranks: [Int] = [],
    hosts: [String] = []
  ) {
    (self.check, self.verdict, self.found, self.advice) = (check, verdict, found, advice)
    (self.ranks, self.hosts) = (ranks, hosts)
  }
}

/// What a rank found out, with its name.
public struct OfRank<Facts: Sendable>: Sendable {
  /// The rank.
  public let rank: Int
  /// Its host.
  public let host: String
  /// What it found out.
  public let facts: Facts

  /// Facts of a rank.
  public init(_ rank: Int, _ host: String, _ facts: Facts) {
    (self.rank, self.host, self.facts) = (rank, host, facts)
  }

  /// The same rank with something made of the facts.
  func map<Other: Sendable>(_ body: (Facts) -> Other) -> OfRank<Other> {
    OfRank<Other>(rank, host, body(facts))
  }
}

/// Ranks by what they have in common, the largest group first, then the one with the lowest rank.
func groups<Facts, Key: Hashable>(
  _ all: [OfRank<Facts>], by key: (Facts) -> Key
) -> [(key: Key, ranks: [OfRank<Facts>])] {
  Dictionary(grouping: all) { key($0.facts) }
    .map { (key: $0.key, ranks: $0.value) }
    .sorted {
      ($1.ranks.count, $0.ranks[0].rank) < ($0.ranks.count, $1.ranks[0].rank)
    }
}

/// Such as `rank 3 (node2)` or `ranks 0-3, 7 (node1, node2)`.
func name<Facts>(_ ranks: [OfRank<Facts>]) -> String {
  let numbers = ranks.map(\.rank).sorted()
  var spans: [ClosedRange<Int>] = []
  for rank in numbers {
    if let last = spans.last, last.upperBound + 1 == rank {
      spans[spans.count - 1] = last.lowerBound...rank
    } else {
      spans.append(rank...rank)
    }
  }
  let text = spans.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
  return "\(numbers.count == 1 ? "rank" : "ranks") \(text.joined(separator: ", ")) "
    + "(\(hosts(of: ranks).joined(separator: ", ")))"
}

/// The hosts of ranks, each once, in the order of ranks.
func hosts<Facts>(of ranks: [OfRank<Facts>]) -> [String] {
  var seen: Set<String> = []
  return ranks.map(\.host).filter { seen.insert($0).inserted }
}

/// `1 rank`, `2 ranks`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
