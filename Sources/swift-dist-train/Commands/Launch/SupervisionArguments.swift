import ArgumentParser
import Foundation
import Launching
import Training

/// When a failed run is started again: options of `launch mpirun --run`.
struct SupervisionArguments: ParsableArguments {
  @Option(
    help:
      "With --run: start the run again after failures, so many times at most, from its newest checkpoint, on the hosts that are left."
  )
  var maxRestarts: Int?

  @Option(help: "Give up after so many failures running without a newer checkpoint.")
  var maxStuck = 2

  @Option(help: "Seconds before a restart; doubled after each failure without progress, up to 60.")
  var restartDelay = 1.0

  @Option(
    help: "Seconds that mpirun has to end by itself after a rank has said that the run failed.")
  var grace = 15.0

  @Option(help: "Seconds that a host has to answer before a start.")
  var hostTimeout = 10.0

  @Option(
    help:
      "The program that starts commands on hosts, with its arguments; quotes as in a shell. (default: ssh)"
  )
  var launchAgent: String?
}

extension SupervisionArguments {
  /// Runs a plan under a supervisor, to its end.
  /// - Parameter restarts: the most restarts.
  /// - Returns: the exit code of the run.
  func supervise(_ plan: LaunchPlan, restarts: Int) throws -> ExitStatus {
    let policy = try SupervisionPolicy(
      maxRestarts: restarts, stuckLimit: maxStuck, grace: grace, hostTimeout: hostTimeout,
      firstDelay: restartDelay)
    guard plan.modules.isEmpty, plan.command.sweep == nil else {
      throw LaunchError(
        "--max-restarts goes with neither --module nor --sweep: load modules before, and supervise each "
          + "value by itself with --set")
    }
    var plan = plan
    if let hostfile = plan.mpirun.hostfile {
      (plan.mpirun.hosts, plan.mpirun.hostfile) = (try Hostfile.read(hostfile), nil)
    }
    let agent = try launchAgent.map { try ShellWord.split($0, what: "--launch-agent") }
    if let agent, plan.mpirun.flavor == .openMPI {
      plan.mpirun.extra += ["--mca", "plm_rsh_agent", agent.joined(separator: " ")]
    }
    let shell = agent.map { RemoteShell(words: $0) } ?? .ssh(timeout: hostTimeout)
    return ExitStatus(rawValue: try Supervisor(plan, policy: policy, shell: shell).run()) ?? .failed
  }
}
