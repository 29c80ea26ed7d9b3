/// A batch script of LSF: `bsub(1)`. It is submitted on standard input, `bsub < script`: only so
/// are its directives read.
public struct LSFScript: BatchScript {
  let plan: LaunchPlan
  let job: BatchJob

  /// The script of a plan.
  public init(_ plan: LaunchPlan, _ job: BatchJob) {
    (self.plan, self.job) = (plan, job)
  }

  /// The script.
  /// - Throws: `LaunchError` for what no script or directive can hold, and for what LSF has no
  ///   word for.
  public func text() throws -> String {
    guard job.stepLauncher == .mpirun else {
      throw LaunchError("srun is Slurm's; under LSF ranks are started by --step-launcher mpirun")
    }
    guard job.qos == nil, job.constraint == nil else {
      throw LaunchError(
        "--qos and --constraint are Slurm's; give LSF its own words, such as --extra '-R select[…]'"
      )
    }
    return try written()
  }

  let submission = "Submit it with bsub < FILE, from the folder that its paths start from."

  /// The exit code that `-Q` takes for the wish to be queued again.
  private static let again = 99

  func directives() throws -> [String] {
    let words = try [name()] + layout() + limits() + place() + signals()
    return words.map { "#BSUB \($0)" }
      + (try job.extra.map { "#BSUB \(try DirectiveWord.bsub($0))" })
  }

  private func name() throws -> String {
    let name = try DirectiveWord.name(job.name, option: "--job-name")
    guard plan.isArray, let sweep = plan.command.sweep else { return "-J \(name)" }
    return "-J \"\(name)[1-\(sweep.count)]\(job.atOnce.map { "%\($0)" } ?? "")\""
  }

  private func layout() -> [String] {
    let cpus = plan.resources.cpusPerTask
    var words = ["-n \(plan.resources.layout.ranks)"]
    if case .nodes(_, let tasks) = plan.resources.layout {
      words.append("-R \"span[ptile=\(tasks)]\"")
    }
    if cpus > 1 { words.append("-R \"affinity[core(\(cpus))]\"") }
    if let memory = plan.resources.memory {
      words.append("-R \"rusage[mem=\(memory.long.uppercased())/host]\"")
    }
    return words + (plan.resources.isExclusive ? ["-x"] : [])
  }

  private func limits() -> [String] {
    plan.resources.time.map { ["-W \($0.hoursAndMinutes)"] } ?? []
  }

  private func place() throws -> [String] {
    var words: [String] = []
    if let queue = job.partition {
      words.append("-q " + (try DirectiveWord.name(queue, option: "--partition")))
    }
    if let account = job.account {
      words.append("-P " + (try DirectiveWord.name(account, option: "--account")))
    }
    if let dependency = job.dependency {
      let condition = try DirectiveWord.name(
        dependency, option: "--dependency", also: "()&|![]:, ")
      words.append("-w \"\(condition)\"")
    }
    let output =
      job.output ?? (plan.isArray ? "lsf-\(job.name)-%J-%I.out" : "lsf-\(job.name)-%J.out")
    return words + ["-o " + (try DirectiveWord.path(output, option: "--job-output", spaces: false))]
  }

  /// `-wt` counts in minutes, and goes with a limit of time.
  private func signals() throws -> [String] {
    try job.checkSignal(plan.resources.time)
    let minutes = (job.signalSeconds + 59) / 60
    let warns = job.signalSeconds > 0 && plan.resources.time != nil
    return (warns ? ["-wa USR1", "-wt \(minutes)"] : [])
      + (job.mayRequeue ? ["-r", "-Q \"\(Self.again)\""] : [])
  }

  var start: [String] {
    let number = plan.isArray ? "${LSB_JOBID}[$LSB_JOBINDEX]" : "$LSB_JOBID"
    guard let time = plan.resources.time else { return ["job=\(number)", "unset SDT_DEADLINE"] }
    return [
      "job=\(number)", "",
      "# When LSF will end this job, in seconds since 1970: before that the program stops by itself, with a checkpoint.",
      "export SDT_DEADLINE=$(($(date +%s) + \((time.seconds + 59) / 60 * 60)))",
    ]
  }

  /// LSF counts from 1.
  let task = #"$((LSB_JOBINDEX - 1))"#

  /// An Open MPI without LSF in it does not find the hosts by itself.
  var launcherLines: [String] {
    let hosts = plan.mpirun.flavor == .openMPI ? "--hostfile" : "-f"
    let given = plan.mpirun.hostfile != nil || !plan.mpirun.hosts.isEmpty
    return (given ? [] : ["launcher+=(\(hosts) \"$LSB_DJOB_HOSTFILE\")"])
      + (plan.mpirun.flavor == .openMPI
        ? RequeueParts.exportFromHere(named: plan.exportedNames) : [])
  }

  /// `bkill` sends SIGINT, SIGTERM and SIGKILL.
  let requeueFunctions = #"""
    # is_wanted: LSF sends SIGTERM to a job that it ends. What it preempts or brequeues it queues by itself.
    is_wanted() { [[ $received != TERM ]]; }

    # requeue: the exit code that bsub -Q takes for the wish to run again.
    requeue() { exit 99; }
    """#
}
