import Reporting

/// Whether the limits of processes (`ulimit`) leave a run what it needs.
public enum LimitCheck {
  /// Judges the limits of all ranks.
  public static func judge(_ all: [OfRank<MemoryFacts>], plan: Plan) -> [Finding] {
    let checkpoint = plan.checkpointBytes ?? 1 << 20
    let findings =
      finding(
        all.filter { $0.facts.files < 2 * all.count + 64 }, .problem,
        "may open too few files for connections to \(all.count) ranks (ulimit -n)",
        "raise it: ulimit -n 65536 in the job script, or ask the administrator")
      + finding(
        all.filter { ($0.facts.fileSize ?? .max) < checkpoint }, .problem,
        "may not write files as large as a checkpoint, about \(Format.bytes(checkpoint)) (ulimit -f)",
        "lift it: ulimit -f unlimited in the job script")
      + finding(
        all.filter { ($0.facts.addressSpace ?? .max) < 4 << 30 }, .note,
        "may have less than 4 GiB of address space (ulimit -v), of which libraries map more than they use",
        "lift it: ulimit -v unlimited; limit memory with the scheduler (--mem)")
      + finding(
        all.filter { $0.facts.hasFastNetwork && ($0.facts.locked ?? .max) < 64 << 20 }, .note,
        "may lock little memory (ulimit -l), which InfiniBand needs: MPI may fall back to a slow network",
        "ask the administrator for ulimit -l unlimited in jobs (LimitMEMLOCK of slurmd)")
    guard findings.isEmpty else { return findings }
    return [Finding(.limits, .ok, "files, sizes and memory of processes are not limited too much")]
  }

  private static func finding(
    _ ranks: [OfRank<MemoryFacts>], _ verdict: Verdict, _ found: String, _ advice: String
  ) -> [Finding] {
    guard !ranks.isEmpty else { return [] }
    return [
      Finding(
        .limits, verdict, "\(name(ranks)) \(found)", advice: advice, ranks: ranks.map(\.rank),
        hosts: hosts(of: ranks))
    ]
  }
}
