import Foundation
import Reporting

/// Whether results can be written where they are to go.
public enum StorageCheck {
  /// Judges the run directory: rank 0 writes there, the others of its hosts look.
  public static func judge(_ all: [OfRank<StorageFacts>], plan: Plan) -> [Finding] {
    guard let first = all.first, first.rank == 0 else { return [] }
    let failures = groups(all.filter { $0.facts.failure != nil }) { $0.failure! }.map { group in
      Finding(
        .runDirectory, .problem, "\(name(group.ranks)): \(group.key)",
        advice: "make room there, or name a folder that you may write with --run-dir",
        ranks: group.ranks.map(\.rank), hosts: hosts(of: group.ranks))
    }
    let findings =
      failures
      + (failures.isEmpty ? room(first.facts, plan) + locks(first) + slow(first.facts) : [])
      + place(all) + temporary(all)
    guard findings.allSatisfy({ $0.verdict == .ok }) else { return findings }
    return [summary(first.facts)] + findings
  }

  private static func summary(_ facts: StorageFacts) -> Finding {
    let rate =
      facts.writeSeconds.map {
        ", \(Format.bytes(facts.written)) written and flushed in "
          + String(format: "%.0f ms", $0 * 1e3)
      } ?? ""
    let free = facts.fileSystem.map { " on \($0.kind), \(Format.bytes($0.free)) free" } ?? ""
    return Finding(
      .runDirectory, .ok, "\(facts.folder)\(free)\(rate); renaming and locking work")
  }

  /// Bytes that checkpoints will take: those that stay, the best one, and one that is being written.
  private static func needed(_ facts: StorageFacts, _ plan: Plan) -> Int? {
    (facts.newestCheckpoint ?? plan.checkpointBytes).map { $0 * (plan.keep + 2) }
  }

  private static func room(_ facts: StorageFacts, _ plan: Plan) -> [Finding] {
    let advice = "make room, lower checkpoint.keep, or name another folder with --run-dir"
    if let failure = facts.reserveFailure {
      return [
        Finding(
          .runDirectory, .problem,
          "\(facts.folder) has no room for one checkpoint: \(failure)", advice: advice)
      ]
    }
    guard let system = facts.fileSystem else { return [] }
    if let need = needed(facts, plan), need > system.free {
      return [
        Finding(
          .runDirectory, .problem,
          "checkpoints will take about \(Format.bytes(need)) in \(facts.folder), where "
            + "\(Format.bytes(system.free)) are free", advice: advice)
      ]
    }
    if let files = system.freeFiles, files < 1000 {
      return [
        Finding(
          .runDirectory, .note, "\(facts.folder) has room for \(files) more files", advice: advice)
      ]
    }
    guard system.free < 256 << 20 else { return [] }
    return [
      Finding(
        .runDirectory, .note, "\(Format.bytes(system.free)) are free in \(facts.folder)",
        advice: advice)
    ]
  }

  private static func locks(_ first: OfRank<StorageFacts>) -> [Finding] {
    guard let failure = first.facts.lockFailure else { return [] }
    return [
      Finding(
        .runDirectory, .note,
        "\(first.facts.folder) cannot be locked (\(failure)): two runs in it would not notice each other",
        advice: "start no second run in the same folder; on Lustre ask for the mount option flock")
    ]
  }

  private static func slow(_ facts: StorageFacts) -> [Finding] {
    guard let seconds = facts.writeSeconds, seconds > 2 else { return [] }
    return [
      Finding(
        .runDirectory, .note,
        "writing and flushing \(Format.bytes(facts.written)) in \(facts.folder) took "
          + String(format: "%.1f s", seconds) + ": every checkpoint will pause the run",
        advice: "write checkpoints more rarely (checkpoint.every_steps), or on a faster file system"
      )
    ]
  }

  /// What is on one host's own disk, or in its memory, is not there on another.
  private static func place(_ all: [OfRank<StorageFacts>]) -> [Finding] {
    guard let system = all[0].facts.fileSystem else { return [] }
    if system.isInMemory {
      return [
        Finding(
          .runDirectory, .note,
          "\(all[0].facts.folder) is in memory (\(system.kind)): a restart of the machine loses it",
          advice: "name a folder on a disk with --run-dir")
      ]
    }
    guard hosts(of: all).count > 1, !system.isShared else { return [] }
    return [
      Finding(
        .runDirectory, .note,
        "\(all[0].facts.folder) is on a disk of \(all[0].host) alone, it seems (\(system.kind)): started "
          + "again with rank 0 on another host, a run would not find its checkpoints",
        advice: "name a folder that all hosts see with --run-dir", hosts: [all[0].host])
    ]
  }

  /// Launchers keep sockets in the temporary folder, whose paths have at most 107 bytes.
  private static func temporary(_ all: [OfRank<StorageFacts>]) -> [Finding] {
    let long = all.filter { ($0.facts.temporary ?? "").utf8.count > 60 }
    let full = all.filter { ($0.facts.temporaryFileSystem?.free ?? .max) < 1 << 20 }
    func finding(_ ranks: [OfRank<StorageFacts>], _ what: String) -> [Finding] {
      guard let folder = ranks.first?.facts.temporary else { return [] }
      return [
        Finding(
          .runDirectory, .note,
          "the folder for temporary files, \(folder), \(what) (\(name(ranks))): "
            + "launchers keep their sockets there, and may fail without saying why",
          advice: "export TMPDIR=/tmp, or another short path with room, before mpirun",
          ranks: ranks.map(\.rank), hosts: hosts(of: ranks))
      ]
    }
    return finding(long, "has a long path") + finding(full, "is full")
  }
}
