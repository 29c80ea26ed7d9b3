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
    // Of tasks that each believe to be alone, one prints, and its code is the launcher's.
    if let lonely = environment.lonelyTask, !lonely.speaks { _exit(0) }
    let rank = environment.rank
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
    // Those that did not find each other would all print the same.
    let launched = environment.expectedSize ?? 1
    if communicator.size == 1, launched > 1, rank != 0 { _exit(1) }
    speaks = true
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
