/// A batch script of Slurm: `sbatch(1)`, `srun(1)`.
///
/// Tried with Slurm 22.05: a signal to `srun` reaches the ranks; `scancel` and `scontrol requeue`
/// take the job out of the state RUNNING before they signal anyone; `scontrol requeue` in the job
/// itself ends it and queues it again.
public struct SlurmScript: BatchScript {
  let plan: LaunchPlan
  let job: BatchJob

  /// The script of a plan.
  public init(_ plan: LaunchPlan, _ job: BatchJob) {
    (self.plan, self.job) = (plan, job)
  }

  /// The script.
  /// - Throws: `LaunchError` for what no script or directive can hold.
  public func text() throws -> String { try written() }

  let submission = "Submit it with sbatch, from the folder that its paths start from."

  func directives() throws -> [String] {
    let words = try layout() + limits() + place() + signals()
    let own = try words.map { try DirectiveWord.sbatch($0, option: "a directive") }
    return try (own + job.extra.map(extra)).map { "#SBATCH \($0)" }
  }

  private func layout() throws -> [String] {
    let name = "--job-name=" + (try DirectiveWord.name(job.name, option: "--job-name"))
    let cpus = "--cpus-per-task=\(plan.resources.cpusPerTask)"
    switch plan.resources.layout {
    case .ranks(let count): return [name, "--ntasks=\(count)", cpus]
    case .nodes(let nodes, let tasks):
      return [name, "--nodes=\(nodes)", "--ntasks-per-node=\(tasks)", cpus]
    }
  }

  private func limits() throws -> [String] {
    var words: [String] = []
    if let time = plan.resources.time { words.append("--time=\(time.daysAndHours)") }
    if let memory = plan.resources.memory { words.append("--mem=\(memory.short)") }
    if plan.resources.isExclusive { words.append("--exclusive") }
    if plan.isArray, let sweep = plan.command.sweep {
      words.append("--array=0-\(sweep.count - 1)" + (job.atOnce.map { "%\($0)" } ?? ""))
    }
    return words
  }

  private func place() throws -> [String] {
    let options: [(String, String?, also: String)] = [
      ("--partition", job.partition, ","), ("--account", job.account, ""), ("--qos", job.qos, ""),
      ("--constraint", job.constraint, "&|()[]*:,!"), ("--dependency", job.dependency, ":,?"),
    ]
    return try options.compactMap { option, value, also in
      try value.map { "\(option)=" + (try DirectiveWord.name($0, option: option, also: also)) }
    }
  }

  private func signals() throws -> [String] {
    try job.checkSignal(plan.resources.time)
    let standard = plan.isArray ? "slurm-%x-%A_%a.out" : "slurm-%x-%j.out"
    let output = try DirectiveWord.path(
      job.output ?? standard, option: "--job-output", spaces: true)
    let signal = job.signalSeconds > 0 ? ["--signal=B:USR1@\(job.signalSeconds)"] : []
    return signal + [
      job.mayRequeue ? "--requeue" : "--no-requeue", "--open-mode=append", "--output=\(output)",
    ]
  }

  private func extra(_ word: String) throws -> String {
    guard word.hasPrefix("-") else {
      throw LaunchError(
        "--extra is '\(word)' but must be an option of sbatch, such as --mail-type=END")
    }
    return try DirectiveWord.sbatch(word, option: "--extra")
  }

  var start: [String] {
    let number = plan.isArray ? "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID" : "$SLURM_JOB_ID"
    return ["job=\(number)", "", Self.deadline]
  }

  /// `SLURM_JOB_END_TIME` is new in Slurm 23.02; `squeue` knows the time before.
  private static let deadline = #"""
    # When Slurm will end this job, in seconds since 1970: before that the program stops by itself, with a checkpoint.
    unset SDT_DEADLINE
    end=${SLURM_JOB_END_TIME:-}
    if [[ -z $end ]]; then
      end=$(SLURM_TIME_FORMAT=standard squeue --noheader --jobs="$job" --format=%e) || end=
      if [[ $end == 20*-*-* ]]; then end=$(date --date="$end" +%s); fi
    fi
    if [[ $end =~ ^[1-9][0-9]+$ ]]; then export SDT_DEADLINE=$end; fi
    """#

  let task = #""$SLURM_ARRAY_TASK_ID""#

  var launcher: [String] {
    guard case .srun(let mpi) = job.stepLauncher else { return plan.remoteMpirun }
    return ["srun", "--mpi=\(mpi)"] + stepLayout + [
      // srun does not take this from sbatch, since Slurm 22.05.
      "--cpus-per-task=\(plan.resources.cpusPerTask)",
      // Without it the ranks that are left wait for one that has died.
      "--kill-on-bad-exit=1", "--cpu-bind=\(cpuBind)",
    ] + plan.mpirun.extra
  }

  private var stepLayout: [String] {
    switch plan.resources.layout {
    case .ranks(let count): ["--ntasks=\(count)"]
    case .nodes(let nodes, let tasks): ["--nodes=\(nodes)", "--ntasks-per-node=\(tasks)"]
    }
  }

  private var cpuBind: String {
    switch plan.mpirun.binding {
    case .none: "none"
    case .hwthread: "threads"
    case .core: "cores"
    case .numa: "ldoms"
    case .socket: "sockets"
    }
  }

  var launcherLines: [String] {
    job.stepLauncher == .mpirun && plan.mpirun.flavor == .openMPI
      ? RequeueParts.exportFromHere(named: plan.exportedNames) : []
  }

  /// A job that `scancel` or `scontrol requeue` ends is COMPLETING, or further.
  let requeueFunctions = #"""
    # ask COMMAND…: three times some seconds apart, when Slurm does not answer: slurmctld may be starting again.
    ask() { "$@" || { sleep 5 && "$@"; } || { sleep 10 && "$@"; }; }

    # is_wanted: Slurm still wants this job to run. After scancel, or a requeue by others, it does not.
    is_wanted() {
      local state
      if ! state=$(ask squeue --noheader --jobs="$job" --format=%T); then
        say "stopped with a checkpoint, but Slurm does not say whether to go on: submit the job again to do so"
        exit 3
      fi
      [[ $state == RUNNING ]]
    }

    requeue() {
      ask scontrol requeue "$job" || say "it cannot be requeued: submit the job again to go on"
      exit 3
    }
    """#
}
