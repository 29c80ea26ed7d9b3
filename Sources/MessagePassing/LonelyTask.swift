/// A process that would train alone although a scheduler has set up several tasks: one line.
///
/// `srun` without an MPI plugin (`--mpi=none`) starts N processes of which each believes that it is
/// alone; a batch script that forgets `srun` or `mpirun` starts one on a job of N tasks.
public struct LonelyTask: Error, CustomStringConvertible, Sendable, Equatable {
  /// How many tasks there are.
  public let tasks: Int
  /// Whether this process says so: one of those that were started together.
  public let speaks: Bool
  /// Whether several processes were started, each of which is alone; else one, in the room for many.
  public let isOneOfSeveral: Bool
  /// Who has set up how many tasks.
  public let cause: String
  /// What to do, as the beginning of a sentence.
  public let fix: String

  /// What is wrong, and what to do.
  public var description: String {
    "\(cause), but MPI was not started and this process would train alone; \(fix), or set "
      + "SDT_SINGLE=1 where one process alone is meant, as in an interactive allocation"
  }

  /// Nil where nothing speaks against one process by itself, or `SDT_SINGLE=1` asks for it.
  init?(_ environment: [String: String], isLaunched: Bool, launched: Int?) {
    guard environment["SDT_SINGLE"] != "1", !isLaunched else { return nil }
    let found =
      Self.switchedOff(environment, launched) ?? Self.slurm(environment) ?? Self.pbs(environment)
      ?? Self.lsf(environment)
    guard let found else { return nil }
    self = found
  }

  private init(tasks: Int, speaks: Bool, isOneOfSeveral: Bool, cause: String, fix: String) {
    (self.tasks, self.speaks, self.isOneOfSeveral) = (tasks, speaks, isOneOfSeveral)
    (self.cause, self.fix) = (cause, fix)
  }

  /// A launcher of MPI, and `SDT_MPI_INIT=0`.
  private static func switchedOff(_ environment: [String: String], _ launched: Int?) -> LonelyTask?
  {
    guard let launched, launched > 1 else { return nil }
    let names = ["OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "MV2_COMM_WORLD_RANK"]
    let rank = names.lazy.compactMap { environment[$0] }.first
    return LonelyTask(
      tasks: launched, speaks: rank ?? "0" == "0", isOneOfSeveral: true,
      cause: "the launcher started \(launched) processes with SDT_MPI_INIT=0",
      fix: "unset SDT_MPI_INIT")
  }

  /// Slurm: the tasks of this step, or of the job in its batch script and in an interactive shell.
  ///
  /// Source: `man srun`, OUTPUT ENVIRONMENT VARIABLES. Batch and interactive steps have numbers from
  /// 0xfffffffa on (`SLURM_INTERACTIVE_STEP`, slurm.h), and one task whatever the job has.
  private static func slurm(_ environment: [String: String]) -> LonelyTask? {
    guard environment["SLURM_JOB_ID"] ?? environment["SLURM_JOBID"] != nil else { return nil }
    let step = (environment["SLURM_STEP_ID"] ?? environment["SLURM_STEPID"]).flatMap(UInt32.init)
    let isStarted = step.map { $0 < 0xffff_fff0 } ?? false
    let stepTasks = isStarted ? environment["SLURM_STEP_NUM_TASKS"].flatMap(Int.init) : nil
    let jobTasks = (environment["SLURM_NTASKS"] ?? environment["SLURM_NPROCS"]).flatMap(Int.init)
    guard let tasks = stepTasks ?? jobTasks, tasks > 1 else { return nil }
    return LonelyTask(
      tasks: tasks, speaks: environment["SLURM_PROCID"] ?? "0" == "0",
      isOneOfSeveral: isStarted && stepTasks != nil,
      cause: isStarted
        ? "srun started \(tasks) tasks" : "the Slurm job has \(tasks) tasks",
      fix: isStarted
        ? "start the step with srun --mpi=pmix (srun --mpi=list shows what there is), or with mpirun"
        : "start the program with srun --mpi=pmix or mpirun")
  }

  /// PBS and Torque: a task of `pbsdsh` or `pbs_tmrsh`, or a job over several nodes. Slots of one node may be
  /// meant for threads.
  private static func pbs(_ environment: [String: String]) -> LonelyTask? {
    guard environment["PBS_JOBID"] != nil else { return nil }
    let slots = environment["PBS_NP"].flatMap(Int.init) ?? 0
    let task = environment["PBS_TASKNUM"].flatMap(Int.init) ?? 1
    let nodes = environment["PBS_NUM_NODES"].flatMap(Int.init) ?? 1
    guard max(slots, nodes) > 1, task > 1 || nodes > 1 else { return nil }
    return LonelyTask(
      tasks: max(slots, nodes), speaks: environment["PBS_VNODENUM"] ?? "0" == "0",
      isOneOfSeveral: task > 1,
      cause:
        "the PBS job has \(max(slots, nodes)) slots on \(nodes) \(nodes == 1 ? "node" : "nodes")",
      fix: "start the program with mpirun")
  }

  /// LSF: a job over several hosts. Slots of one host may be meant for threads.
  private static func lsf(_ environment: [String: String]) -> LonelyTask? {
    // Name and slots of each host.
    let hosts = (environment["LSB_MCPU_HOSTS"] ?? "").split(separator: " ").count / 2
    let slots = environment["LSB_DJOB_NUMPROC"].flatMap(Int.init) ?? 0
    guard environment["LSB_JOBID"] != nil, slots > 1, hosts > 1 else { return nil }
    return LonelyTask(
      tasks: slots, speaks: environment["LSF_PM_TASKID"] ?? "1" == "1",
      isOneOfSeveral: environment["LSF_PM_TASKID"] != nil,
      cause: "the LSF job has \(slots) slots on \(hosts) hosts",
      fix: "start the program with mpirun")
  }
}
