import Foundation
import MessagePassing

/// How MPI started, in bounded time.
public struct Start {
  /// The ranks; one alone where MPI did not start.
  public let communicator: Communicator
  let lastResort: LastResort
  /// What was wrong with the start.
  let findings: [Finding]
  /// Whether this process prints, of all that the launcher started.
  let speaks: Bool

  /// Starts MPI, as `Communicator.world` does. When that hangs, the process says so and ends; when it
  /// fails, one process goes on alone to look at its machine, and the others end.
  public init(_ environment: LauncherEnvironment, _ options: Doctor.Options) {
    let variables = ProcessInfo.processInfo.environment
    let rank = Self.launcherRank(variables, environment)
    let lastResort = LastResort()
    self.lastResort = lastResort
    Self.watch(lastResort, options, rank: rank, size: environment.size)
    do {
      communicator = try Communicator.world(environment, severalThreads: true)
      findings = []
    } catch {
      if rank != 0 { _exit(1) }
      communicator = .solo()
      findings = [
        Finding(
          .launcher, .problem, "MPI does not start: \(error)",
          advice:
            "start with the launcher of the library that the program was built with; below: what "
            + "one process by itself finds")
      ]
    }
    lastResort.disarm()
    // Processes that each believe to be alone would all print the same.
    let launched = LauncherCheck.launched(variables) ?? 1
    if communicator.size == 1, launched > 1, rank != 0 { _exit(1) }
    speaks = true
  }

  /// The rank that the launcher gave, also where MPI does not know of it.
  private static func launcherRank(
    _ variables: [String: String], _ environment: LauncherEnvironment
  ) -> Int {
    guard environment.rank == 0, variables["SLURM_STEP_ID"] != nil else { return environment.rank }
    return variables["SLURM_PROCID"].flatMap { Int($0) } ?? 0
  }

  private static func watch(
    _ lastResort: LastResort, _ options: Doctor.Options, rank: Int, size: Int?
  ) {
    let limit = 3 * options.seconds
    // Rank 0 speaks first, if it can.
    let own = limit + (rank == 0 ? 0 : 3 + 0.3 * Double(min(rank, 20)))
    let (json, host) = (options.json, ProcessInfo.processInfo.hostName)
    lastResort.arm(seconds: own) {
      var report = Report(ranks: size ?? 1)
      report.findings = [
        Finding(
          .answers, .problem,
          "MPI did not start within \(String(format: "%.3g", limit)) s on rank \(rank) (\(host)): not all of "
            + "\(size ?? 1) processes have come",
          advice:
            "look at the processes on all hosts (ps -o pid,stat,wchan:20,cmd -C swift-dist-train): "
            + "one is stopped, dead, or cannot be reached from the others")
      ]
      print(report, json: json)
    }
  }
}
