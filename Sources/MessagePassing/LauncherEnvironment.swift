import Foundation

/// What a launcher (mpirun, srun, mpiexec) told this process through its environment, before MPI
/// has started: enough to decide whether to start it, and who prints a usage error.
public struct LauncherEnvironment: Sendable {
  /// The rank, 0 without a launcher.
  public let rank: Int
  /// The number of processes that were launched together; nil without a launcher.
  public let size: Int?
  /// How many processes the launcher says there are; nil where it does not say.
  public let expectedSize: Int?
  /// What is wrong where a scheduler has set up several tasks and this process would be alone.
  public let lonelyTask: LonelyTask?

  /// Reads an environment.
  ///
  /// `SDT_MPI_INIT=1` starts MPI under a launcher that is not known here, `SDT_MPI_INIT=0` never
  /// does.
  public init(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
    func number(_ names: [String]) -> Int? {
      names.lazy.compactMap { environment[$0].flatMap(Int.init) }.first
    }
    let size = number(["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE"])
    let rank = number([
      "OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "MV2_COMM_WORLD_RANK",
    ])
    // srun --mpi=pmix sets PMIX_RANK. A step may have fewer tasks than its job.
    let slurm =
      environment["PMIX_RANK"] == nil ? nil : number(["SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"])
    self.rank = rank ?? 0
    expectedSize = size ?? slurm
    switch environment["SDT_MPI_INIT"] {
    case "0": self.size = nil
    case "1": self.size = size ?? slurm ?? 1
    default: self.size = size ?? slurm ?? (rank == nil ? nil : 1)
    }
    lonelyTask = LonelyTask(
      environment, isLaunched: self.size != nil, launched: expectedSize)
  }

  /// Whether a launcher started this process.
  public var isLaunched: Bool { size != nil }
}
