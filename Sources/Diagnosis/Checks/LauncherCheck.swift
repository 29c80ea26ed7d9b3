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

  /// The number of processes that the launcher started, by its variables; nil where it says nothing.
  ///
  /// Slurm's variables count in a step alone: in a batch script and an interactive shell, whose steps
  /// have numbers from 0xfffffffa on (slurm.h), they tell of the whole allocation.
  public static func launched(_ environment: [String: String]) -> Int? {
    let names = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE"]
    if let size = names.lazy.compactMap({ environment[$0].flatMap(Int.init) }).first { return size }
    guard let step = environment["SLURM_STEP_ID"].flatMap({ UInt32($0) }), step < 0xFFFF_FFF0,
      environment["SLURM_PROCID"] != nil
    else { return nil }
    return (environment["SLURM_STEP_NUM_TASKS"] ?? environment["SLURM_NTASKS"]).flatMap { Int($0) }
  }

  /// N processes that each believe to be alone.
  private static func singles(_ facts: LauncherFacts) -> Finding? {
    let environment = facts.environment
    guard let launched = launched(environment), launched != facts.size else {
      return allocation(facts)
    }
    let found =
      "the launcher started \(launched) processes, but MPI sees \(facts.size): each would train by "
      + "itself, in the same run directory"
    let hasPMI = environment.keys.contains { $0.hasPrefix("PMI") }
    let advice =
      environment["SLURM_STEP_ID"] != nil && !hasPMI
      ? "srun gave the processes no way to find each other; start with srun --mpi=pmix (what there is "
        + "says srun --mpi=list), or with mpirun inside the allocation"
      : "start with the launcher of the library that the program was built with: "
        + (facts.library ?? "the program was started without MPI; unset SDT_MPI_INIT")
    return Finding(.launcher, .problem, found, advice: advice)
  }

  /// One process in the room for many: a person tries the doctor before starting the job.
  private static func allocation(_ facts: LauncherFacts) -> Finding? {
    guard facts.size == 1, facts.library == nil,
      let tasks = facts.environment["SLURM_NTASKS"].flatMap({ Int($0) }), tasks > 1
    else { return nil }
    return Finding(
      .launcher, .note, "one process by itself, in a Slurm allocation of \(tasks) tasks",
      advice: "to check them all: srun --mpi=pmix swift-dist-train doctor …")
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
