import MessagePassing

/// Whether the ranks found each other: the launcher's MPI library and the program's are the same.
public enum LauncherCheck {
  /// Judges how ranks were started.
  public static func judge(_ all: [OfRank<LauncherFacts>]) -> [Finding] {
    guard let first = all.first?.facts else { return [] }
    var findings: [Finding] = []
    if let finding = singles(first) { findings.append(finding) }
    if let finding = families(first) { findings.append(finding) }
    findings += libraries(all)
    guard findings.isEmpty else { return findings }
    let library = first.library ?? "no launcher: one process by itself, without MPI"
    let launcher = first.launcher.map { "; the launcher on the PATH is \($0)" } ?? ""
    return [Finding(.launcher, .ok, library + launcher)]
  }

  /// N processes that each believe to be alone, or one in the room for many: what `train` refuses, by its
  /// own rules (`LauncherEnvironment`).
  private static func singles(_ facts: LauncherFacts) -> Finding? {
    let environment = LauncherEnvironment(facts.environment)
    if let lonely = environment.lonelyTask, facts.library == nil {
      return lonely.isOneOfSeveral ? problem(lonely) : allocation(lonely)
    }
    guard let launched = environment.expectedSize, launched != facts.size,
      environment.isLaunched || facts.library != nil
    else { return nil }
    let library = facts.library ?? "the program was started without MPI; unset SDT_MPI_INIT"
    return Finding(
      .launcher, .problem,
      "the launcher started \(launched) processes, but MPI sees \(facts.size): each would train by "
        + "itself, in the same run directory",
      advice: "start with the launcher of the library that the program was built with: \(library)")
  }

  private static func problem(_ lonely: LonelyTask) -> Finding {
    Finding(
      .launcher, .problem,
      "\(lonely.cause), but MPI sees 1: each would train by itself, in the same run directory",
      advice: "\(lonely.fix); train refuses to start so")
  }

  /// A person tries the doctor before starting the job: nothing is wrong with that.
  private static func allocation(_ lonely: LonelyTask) -> Finding {
    Finding(
      .launcher, .note, "one process by itself, where \(lonely.cause); train refuses to start so",
      advice: "to check all ranks, and to train, \(lonely.fix)")
  }

  /// The launcher on the PATH is of another family or version.
  private static func families(_ facts: LauncherFacts) -> Finding? {
    guard let launcher = facts.launcher else {
      guard facts.library == nil else { return nil }
      return Finding(
        .launcher, .note,
        "there is no mpirun on the PATH: one process works, several cannot be started",
        advice: "load the module of the MPI library that the program was built with")
    }
    guard let library = facts.library, let linked = family(library), let found = family(launcher)
    else { return nil }
    if linked != found {
      let isUsed = facts.environment["SLURM_STEP_ID"] == nil
      return Finding(
        .launcher, isUsed ? .problem : .note,
        "the program is linked with \(library), but mpirun on the PATH is \(launcher)",
        advice: "use the mpirun of \(linked): load its module, or give its whole path")
    }
    guard let a = version(library), let b = version(launcher), a != b else { return nil }
    return Finding(
      .launcher, .note,
      "the program is linked with \(library), but mpirun on the PATH is \(launcher)",
      advice: "use the mpirun of version \(a): versions need not understand each other")
  }

  private static func libraries(_ all: [OfRank<LauncherFacts>]) -> [Finding] {
    let groups = groups(all) { $0.library ?? "none" }
    guard groups.count > 1 else { return [] }
    return groups.dropFirst().map { group in
      Finding(
        .launcher, .problem,
        "\(name(group.ranks)): \(group.key), but the others have \(groups[0].key)",
        advice: "load the same module on every host", ranks: group.ranks.map(\.rank),
        hosts: hosts(of: group.ranks))
    }
  }

  static func family(_ text: String) -> String? {
    let text = text.lowercased()
    if text.contains("open mpi") || text.contains("openrte") { return "Open MPI" }
    if text.contains("intel") { return "Intel MPI" }
    if text.contains("mvapich") { return "MVAPICH" }
    if text.contains("mpich") || text.contains("hydra") { return "MPICH" }
    return nil
  }

  /// Such as 4.1 of `Open MPI v4.1.4`.
  static func version(_ text: String) -> String? {
    for word in text.split(whereSeparator: { " \t,:()".contains($0) }) {
      let parts = word.drop { $0 == "v" }.split(separator: ".")
      if parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1]) {
        return "\(major).\(minor)"
      }
    }
    return nil
  }
}
