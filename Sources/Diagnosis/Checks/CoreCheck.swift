import Foundation

/// Whether every rank has a core, and its threads have theirs.
public enum CoreCheck {
  /// Judges the ranks of all hosts.
  /// - Parameter threads: OpenBLAS's threads in a rank.
  public static func judge(_ all: [OfRank<CoreFacts>], threads: Int) -> [Finding] {
    let byHost = Dictionary(grouping: all, by: \.host)
    let findings = hosts(of: all).flatMap { judge(host: $0, byHost[$0]!, threads) }
    guard findings.isEmpty else { return findings }
    let places = hosts(of: all).map { host in
      let ranks = byHost[host]!
      return "\(host): \(counted(ranks.count, "rank")) on \(counted(cores(ranks).count, "core"))"
    }
    return [Finding(.cores, .ok, places.joined(separator: "; "))]
  }

  /// Judges the threads of the ranks: a finding for all hosts.
  public static func judgeThreads(
    _ all: [OfRank<CoreFacts>], threads: Int
  ) -> [Finding] {
    guard threads > 1 else {
      return [
        Finding(
          .threads, .ok,
          "OpenBLAS gets 1 thread a rank (training.blas_threads), whatever OMP_NUM_THREADS says")
      ]
    }
    let small = all.filter { $0.facts.allowed.count < threads }
    guard small.isEmpty else {
      return [
        Finding(
          .threads, .problem,
          "\(name(small)) may use \(counted(small[0].facts.allowed.count, "core")), but "
            + "training.blas_threads is \(threads): threads would wait for each other",
          advice: "give each rank its cores: mpirun --map-by slot:PE=\(threads), or srun "
            + "--cpus-per-task=\(threads); or lower training.blas_threads",
          ranks: small.map(\.rank), hosts: hosts(of: small))
      ]
    }
    return [Finding(.threads, .ok, "\(threads) threads of OpenBLAS a rank, on cores of their own")]
  }

  private static func judge(
    host: String, _ ranks: [OfRank<CoreFacts>], _ threads: Int
  ) -> [Finding] {
    let (needed, cores) = (ranks.count * threads, cores(ranks).count)
    let logical = Set(ranks.flatMap(\.facts.allowed)).count
    let what =
      threads == 1 ? counted(ranks.count, "rank") : "\(ranks.count) ranks × \(threads) threads"
    let numbers = ranks.map(\.rank)
    if let quota = ranks.compactMap(\.facts.quota).min(), quota < Double(needed) * 0.95 {
      return [
        Finding(
          .cores, .problem,
          "\(host): a limit of the container or the job (cgroup) gives all processes \(short(quota)) "
            + "cores of time, but \(what) want \(needed)",
          advice: "ask the scheduler or the container for \(needed) cores, or start fewer ranks",
          ranks: numbers, hosts: [host])
      ]
    }
    if needed > logical {
      return [
        Finding(
          .cores, .problem,
          "\(host): \(what) on \(counted(logical, "core")): they take turns, and every "
            + "step waits for the last",
          advice: logical < threads || ranks.count == 1
            ? "give the ranks more cores (--cpus-per-task, --map-by slot:PE=\(threads)), or lower "
              + "training.blas_threads"
            : "start at most \(max(1, logical / threads)) ranks on this host, or, when it has more cores, "
              + "let the ranks use them (--bind-to core, --ntasks)",
          ranks: numbers, hosts: [host])
      ]
    }
    return overlaps(host, ranks, threads) + hardwareThreads(host, needed, cores, what)
  }

  /// Ranks that are bound to the same few cores while others idle.
  private static func overlaps(
    _ host: String, _ ranks: [OfRank<CoreFacts>], _ threads: Int
  ) -> [Finding] {
    let crowded = groups(ranks) { $0.allowed }.filter { group in
      group.ranks.count * threads > group.key.count
    }
    return crowded.map { group in
      Finding(
        .cores, .problem,
        "\(name(group.ranks)) are bound to the same \(counted(group.key.count, "core")), "
          + "\(group.key.map(String.init).joined(separator: ", ")), while others are free",
        advice:
          "bind every rank to a core of its own: mpirun --bind-to core, or srun --cpu-bind=cores",
        ranks: group.ranks.map(\.rank), hosts: [host])
    }
  }

  /// Two hardware threads of a core share its arithmetic: a second rank there gains little.
  private static func hardwareThreads(
    _ host: String, _ needed: Int, _ cores: Int, _ what: String
  ) -> [Finding] {
    guard needed > cores else { return [] }
    return [
      Finding(
        .cores, .note,
        "\(host): \(what) on \(cores) cores with several hardware threads each: two ranks of a core "
          + "share its arithmetic",
        advice: "start one rank a core: --bind-to core with at most \(cores) ranks, or srun "
          + "--hint=nomultithread", hosts: [host])
    ]
  }

  private static func cores(_ ranks: [OfRank<CoreFacts>]) -> Set<Int> {
    Set(ranks.flatMap(\.facts.cores))
  }

  private static func short(_ value: Double) -> String { String(format: "%.3g", value) }
}
