import ArgumentParser
import Launching
import MessagePassing
import Training

/// A launch, which one process does by itself.
protocol LaunchKind: RankCommand {
  func launch() throws -> ExitStatus
}

extension LaunchKind {
  var runsOnRankZeroAlone: Bool { true }

  func run(_ communicator: Communicator) throws -> ExitStatus {
    do { return try launch() } catch let error as LaunchError {
      throw UsageError(error.description)
    }
  }
}

/// `launch mpirun`
struct LaunchMpirunCommand: LaunchKind {
  static let configuration = CommandConfiguration(
    commandName: "mpirun", abstract: "Start ranks with mpirun, on this machine or on hosts.")

  @OptionGroup var arguments: LaunchArguments

  @Option(help: "The hosts, with the number of ranks each takes: a:2,b:2.")
  var hosts: String?

  @Flag(help: "Start it now.")
  var run = false

  @OptionGroup var supervision: SupervisionArguments

  func launch() throws -> ExitStatus {
    let hosts = try hosts.map { try HostSlots.list(parsing: $0) } ?? []
    let plan = try arguments.plan(hosts: hosts)
    let slots = hosts.map(\.slots).reduce(0, +)
    guard hosts.isEmpty || plan.resources.layout.ranks <= slots else {
      throw LaunchError(
        "\(plan.resources.layout.ranks) ranks do not fit on --hosts, which have \(slots) slots; ask for fewer, or "
          + "give hosts more slots")
    }
    guard run || supervision.maxRestarts == nil else {
      throw LaunchError("--max-restarts is for a run that is started now: add --run")
    }
    let script = try MpirunScript(plan).text()
    if !run || arguments.output != nil { try arguments.write(script) }
    guard run else { return .done }
    guard let restarts = supervision.maxRestarts else {
      try ShellProcess.become(running: script)
    }
    return try supervision.supervise(plan, restarts: restarts)
  }
}

/// `launch slurm`
struct LaunchSlurmCommand: LaunchKind {
  static let configuration = CommandConfiguration(
    commandName: "slurm", abstract: "Write or submit a batch script of Slurm.",
    discussion: """
      Stopped by Slurm with a checkpoint, the job goes back into the queue by itself and goes on. To have it do so now: \
      scancel --signal=USR1 --batch JOB. To end it: scancel JOB.
      """)

  @OptionGroup var arguments: LaunchArguments
  @OptionGroup var batch: BatchArguments

  @Option(help: "Who starts the ranks: srun or mpirun.")
  var stepLauncher = StepChoice.srun

  @Option(help: "The type of MPI for srun, one of 'srun --mpi=list': pmix or pmi2.")
  var srunMpi = "pmix"

  enum StepChoice: String, ExpressibleByArgument, CaseIterable { case srun, mpirun }

  func launch() throws -> ExitStatus {
    let plan = try arguments.plan(batch.complete)
    let step: StepLauncher = stepLauncher == .srun ? .srun(mpi: srunMpi) : .mpirun
    try batch.finish(try SlurmScript(plan, batch.job(plan, step)).text(), arguments, .sbatch)
    return .done
  }
}

/// `launch pbs`
struct LaunchPBSCommand: LaunchKind {
  static let configuration = CommandConfiguration(
    commandName: "pbs", abstract: "Write or submit a batch script of PBS or Torque.")

  @OptionGroup var arguments: LaunchArguments
  @OptionGroup var batch: BatchArguments

  @Option(help: "Whose PBS it is: pbs (Professional, OpenPBS) or torque.")
  var dialect = PBSDialect.professional

  func launch() throws -> ExitStatus {
    let plan = try arguments.plan(batch.complete)
    let script = try PBSScript(plan, batch.job(plan), dialect: dialect).text()
    try batch.finish(script, arguments, .qsub)
    return .done
  }
}

/// `launch lsf`
struct LaunchLSFCommand: LaunchKind {
  static let configuration = CommandConfiguration(
    commandName: "lsf", abstract: "Write or submit a batch script of LSF.")

  @OptionGroup var arguments: LaunchArguments
  @OptionGroup var batch: BatchArguments

  func launch() throws -> ExitStatus {
    let plan = try arguments.plan(batch.complete)
    try batch.finish(try LSFScript(plan, batch.job(plan)).text(), arguments, .bsub)
    return .done
  }
}
