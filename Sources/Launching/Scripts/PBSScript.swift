/// Whose PBS it is: their words differ.
public enum PBSDialect: String, Sendable, CaseIterable {
  /// PBS Professional and OpenPBS: `qsub(1B)`, `-l select=…`.
  case professional = "pbs"
  /// Torque: `-l nodes=…:ppn=…`.
  case torque
}

/// A batch script of PBS.
public struct PBSScript: BatchScript {
  let plan: LaunchPlan
  let job: BatchJob
  private let dialect: PBSDialect

  /// The script of a plan.
  public init(_ plan: LaunchPlan, _ job: BatchJob, dialect: PBSDialect = .professional) {
    (self.plan, self.job, self.dialect) = (plan, job, dialect)
  }

  /// The script.
  /// - Throws: `LaunchError` for what no script or directive can hold, and for what PBS has no
  ///   word for.
  public func text() throws -> String {
    guard job.stepLauncher == .mpirun else {
      throw LaunchError("srun is Slurm's; under PBS ranks are started by --step-launcher mpirun")
    }
    guard job.qos == nil, job.constraint == nil else {
      throw LaunchError(
        "--qos and --constraint are Slurm's; give PBS its own words, such as --extra '-l host=…'")
    }
    return try written()
  }

  let submission = "Submit it with qsub, from the folder that its paths start from."

  func directives() throws -> [String] {
    let words = try ["-S /bin/bash", "-N \(name())"] + layout() + limits() + place()
    return words.map { "#PBS \($0)" } + (try job.extra.map { "#PBS \(try DirectiveWord.pbs($0))" })
  }

  private func name() throws -> String {
    try DirectiveWord.name(job.name, option: "--job-name")
  }

  private func layout() throws -> [String] {
    let cpus = plan.resources.cpusPerTask
    let (chunks, tasks) =
      switch plan.resources.layout {
      case .ranks(let count): (count, 1)
      case .nodes(let nodes, let tasks): (nodes, tasks)
      }
    if dialect == .torque { return ["-l nodes=\(chunks):ppn=\(tasks * cpus)"] }
    let memory = try memoryOfNode().map { ":mem=\($0.long)" } ?? ""
    let select = "-l select=\(chunks):ncpus=\(tasks * cpus):mpiprocs=\(tasks)\(memory)"
    return [
      select,
      "-l place=\(isSpread ? "scatter" : "free")\(plan.resources.isExclusive ? ":excl" : "")",
    ]
  }

  private var isSpread: Bool {
    if case .nodes = plan.resources.layout { return true }
    return false
  }

  private func memoryOfNode() throws -> MemorySize? {
    guard let memory = plan.resources.memory else { return nil }
    guard isSpread, dialect == .professional else {
      throw LaunchError(
        "--memory is a node's: with PBS give --nodes and --tasks-per-node too (with Torque --extra '-l mem=…')"
      )
    }
    return memory
  }

  private func limits() throws -> [String] {
    var words: [String] = []
    if dialect == .torque {
      _ = try memoryOfNode()
      if plan.resources.isExclusive { words.append("-n") }
    }
    if let time = plan.resources.time { words.append("-l walltime=\(time.hours)") }
    if plan.isArray, let sweep = plan.command.sweep {
      let flag = dialect == .torque ? "-t" : "-J"
      words.append("\(flag) 0-\(sweep.count - 1)" + (job.atOnce.map { "%\($0)" } ?? ""))
    }
    return words
  }

  private func place() throws -> [String] {
    var words: [String] = []
    if let queue = job.partition {
      words.append("-q " + (try DirectiveWord.name(queue, option: "--partition", also: "@")))
    }
    if let account = job.account {
      words.append("-A " + (try DirectiveWord.name(account, option: "--account")))
    }
    if let dependency = job.dependency {
      let jobs = try DirectiveWord.name(dependency, option: "--dependency", also: ":,[]@")
      words.append("-W depend=" + jobs)
    }
    words += ["-r \(job.mayRequeue ? "y" : "n")", "-j oe"]
    if let output = job.output {
      words.append("-o " + (try DirectiveWord.path(output, option: "--job-output", spaces: false)))
    }
    return words
  }

  /// PBS has no signal before the end, so the script itself reckons when that is.
  var start: [String] {
    let folder = #"cd -- "$PBS_O_WORKDIR""#
    let end = plan.resources.time.map { time in
      [
        "",
        "# When PBS will end this job, in seconds since 1970: before that the program stops by itself, with a checkpoint.",
        "export SDT_DEADLINE=$(($(date +%s) + \(time.seconds)))",
      ]
    }
    return [folder, "job=$PBS_JOBID"] + (end ?? ["unset SDT_DEADLINE"])
  }

  var task: String { dialect == .torque ? #""$PBS_ARRAYID""# : #""$PBS_ARRAY_INDEX""# }

  /// An Open MPI without PBS in it does not find the hosts by itself.
  var launcherLines: [String] {
    let hosts = plan.mpirun.flavor == .openMPI ? "--hostfile" : "-f"
    let given = plan.mpirun.hostfile != nil || !plan.mpirun.hosts.isEmpty
    return (given ? [] : ["launcher+=(\(hosts) \"$PBS_NODEFILE\")"])
      + (plan.mpirun.flavor == .openMPI
        ? RequeueParts.exportFromHere(named: plan.exportedNames) : [])
  }

  /// `qdel`, and a preemption, send SIGTERM.
  let requeueFunctions = #"""
    # is_wanted: PBS sends SIGTERM to a job that it ends. It queues by itself what it preempts (-r y).
    is_wanted() { [[ $received != TERM ]]; }

    requeue() {
      qrerun "$job" || say "qrerun, which some sites keep to operators, does not requeue it: submit the job again to go on"
      exit 3
    }
    """#
}
