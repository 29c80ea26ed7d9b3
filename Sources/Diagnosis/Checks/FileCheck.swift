/// Whether all ranks run the same program with the same configuration.
public enum FileCheck {
  /// Judges the hashes of all ranks.
  public static func judge(_ all: [OfRank<FileFacts>]) -> [Finding] {
    let program = different(
      all, "the program", "copy the same build to all hosts, at the same path"
    ) { $0.program }
    let readable = all.filter { $0.facts.configuration != nil }
    let configuration = different(
      readable, "the configuration",
      "keep it in a folder that all hosts see; rank 0's is the one that counts"
    ) { $0.configuration ?? "" }
    let unreadable = all.filter { $0.facts.unreadable != nil }
    let missing =
      unreadable.isEmpty
      ? []
      : [
        Finding(
          .files, .note, "\(name(unreadable)) \(unreadable[0].facts.unreadable!)",
          advice: "keep it in a folder that all hosts see; rank 0 alone reads it, so a run works",
          ranks: unreadable.map(\.rank), hosts: hosts(of: unreadable))
      ]
    let findings = program + configuration + missing
    guard findings.isEmpty else { return findings }
    let what = readable.isEmpty ? "program" : "program and configuration"
    return [
      Finding(
        .files, .ok,
        all.count == 1
          ? "\(what) can be read" : "the same \(what) on all ranks (by hash)")
    ]
  }

  static func different<Facts>(
    _ all: [OfRank<Facts>], _ what: String, _ advice: String, check: Check = .files,
    by key: (Facts) -> String
  ) -> [Finding] {
    let groups = groups(all, by: key)
    return groups.dropFirst().map { group in
      Finding(
        check, .problem,
        "\(name(group.ranks)) \(group.ranks.count == 1 ? "has" : "have") another version of \(what) "
          + "(hash \(group.key.prefix(8))…) than \(name(groups[0].ranks)) (\(groups[0].key.prefix(8))…)",
        advice: advice, ranks: group.ranks.map(\.rank), hosts: hosts(of: group.ranks))
    }
  }
}
