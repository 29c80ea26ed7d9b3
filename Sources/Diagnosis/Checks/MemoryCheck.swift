import Reporting

/// Whether memory, and the limits of processes, are enough.
public enum MemoryCheck {
  /// Judges the hosts' memory against a plan.
  /// - Parameters:
  ///   - all: the ranks.
  ///   - plan: what a run would do.
  ///   - dataset: bytes of all training samples in memory; nil where unknown.
  public static func judge(
    _ all: [OfRank<MemoryFacts>], plan: Plan, dataset: Int?
  ) -> [Finding] {
    let byHost = Dictionary(grouping: all, by: \.host)
    let names = hosts(of: all)
    let findings = names.flatMap { host in
      memory(host, byHost[host]!, all.count, plan, dataset)
        + sharing(host, byHost[host]!, names.count, plan)
    }
    guard findings.isEmpty else { return findings }
    let least = all.map(\.facts.available).min() ?? 0
    let shared = all.compactMap(\.facts.shared).min()
    return [
      Finding(
        .memory, .ok,
        "at least \(Format.bytes(least)) free on every host"
          + (shared.map { ", \(Format.bytes($0)) of it as shared memory (/dev/shm)" } ?? ""))
    ]
  }

  /// What a rank takes, about: its samples, and parameters with gradients, two numbers of the optimizer
  /// and a shard's sums each; nil where a plan does not say.
  public static func needed(_ plan: Plan, ranks: Int, dataset: Int?) -> Int? {
    guard let parameters = plan.parameterBytes, let shards = plan.shards else { return nil }
    let samples = dataset.map { plan.isGlobal ? $0 : $0 / ranks } ?? 0
    let data = plan.neverKept || samples > plan.memory ? min(plan.memory, samples) : samples
    let leaves = (shards + ranks - 1) / ranks + 1
    return data + parameters * (4 + leaves)
  }

  /// What the ranks of one host share to sum: a buffer a shard, and one a rank.
  public static func neededShared(_ plan: Plan, ranks: Int) -> Int? {
    guard let parameters = plan.parameterBytes, let shards = plan.shards, ranks > 1 else {
      return nil
    }
    return ((shards + ranks - 1) / ranks + 1) * ranks * parameters
  }

  private static func memory(
    _ host: String, _ ranks: [OfRank<MemoryFacts>], _ size: Int, _ plan: Plan, _ dataset: Int?
  ) -> [Finding] {
    guard let each = needed(plan, ranks: size, dataset: dataset) else { return [] }
    let (need, free) = (each * ranks.count, ranks.map(\.facts.available).min()!)
    guard need > free else { return [] }
    return [
      Finding(
        .memory, .problem,
        "\(host): \(counted(ranks.count, "rank")) need about \(Format.bytes(need)) of memory, and "
          + "\(Format.bytes(free)) are free: the system would kill one",
        advice:
          "ask for more memory (--mem), lower data.memory so that samples are streamed, or start "
          + "fewer ranks on this host", hosts: [host])
    ]
  }

  private static func sharing(
    _ host: String, _ ranks: [OfRank<MemoryFacts>], _ hosts: Int, _ plan: Plan
  ) -> [Finding] {
    guard ranks.count > 1 else { return [] }
    let free = ranks.compactMap(\.facts.shared).min() ?? 0
    // Across hosts the ranks send messages; MPI itself takes some MiB a rank.
    let own = hosts == 1 ? neededShared(plan, ranks: ranks.count) ?? 0 : 0
    let need = own + ranks.count * (8 << 20)
    guard need > free else { return [] }
    return [
      Finding(
        .memory, .note,
        "\(host): \(Format.bytes(free)) of shared memory (/dev/shm) are free, but \(ranks.count) ranks "
          + "want \(Format.bytes(need)) to sum in: they would send messages, which is slower",
        advice:
          "make /dev/shm larger (docker run --shm-size, apptainer --bind /dev/shm), or remove old "
          + "files in it", hosts: [host])
    ]
  }
}
