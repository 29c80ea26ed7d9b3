import Foundation

/// Starts a run by `mpirun`, and again after failures, until it is done or nothing more can be done.
public final class Supervisor {
  /// How long ranks that are still there may keep the run directory, in seconds: those on a host that
  /// cannot be reached end by themselves, by the watchdog.
  private static let lockPatience = 900.0

  private let plan: LaunchPlan
  private let shell: RemoteShell
  private let policy: SupervisionPolicy
  private let files: RunFiles
  private let log: SupervisorLog
  private let inbox = SignalInbox()
  private var supervision: Supervision

  /// - Parameters:
  ///   - plan: what is run by `mpirun`. Hosts of `plan.mpirun` are asked before each start whether they
  ///     answer; without any, all is left to the launcher.
  ///   - shell: how the hosts are reached.
  public init(_ plan: LaunchPlan, policy: SupervisionPolicy, shell: RemoteShell) {
    (self.plan, self.policy, self.shell) = (plan, policy, shell)
    files = RunFiles(path: plan.command.runDirectory)
    log = SupervisorLog(runDirectory: plan.command.runDirectory)
    supervision = Supervision(
      policy: policy, ranks: plan.mpirun.layout.ranks, hosts: plan.mpirun.hosts)
  }

  /// Runs to the end.
  /// - Returns: the exit code of the run.
  /// - Throws: `LaunchError` when the launcher cannot be started at all, or another run works in the run
  ///   directory.
  public func run() throws -> Int32 {
    // Before anything there is touched: its files tell another supervisor of that run.
    guard !files.isLocked else {
      throw LaunchError(
        "another run is working in \(files.path); wait for it, or name another folder with --run-dir"
      )
    }
    var code: Int32 = 5
    while true {
      if let stopped = pauseWhileLocked() { return stopped }
      guard case .start(let ranks, let hosts) = placement() else { return code }
      let end = try attempt(ranks, hosts)
      code = end.code
      switch supervision.decide(end) {
      case .end(let code, let line):
        log.write(line)
        return code
      case .restart(let delay, let name, let line):
        log.write(line)
        if let name { try files.setAside(name) }
        if pause(delay) { return stopWhileWaiting() }
      }
    }
  }

  private enum Place {
    case start(Int, [HostSlots])
    case nowhere
  }

  private func placement() -> Place {
    let hosts = plan.mpirun.hosts.map(\.host)
    switch supervision.place(answering: shell.answering(hosts, seconds: policy.hostTimeout)) {
    case .start(let ranks, let hosts, let line):
      if let line { log.write(line) }
      return .start(ranks, hosts)
    case .nowhere(let line):
      log.write("\(line): giving up, start again when they are there")
      return .nowhere
    }
  }

  private func attempt(_ ranks: Int, _ hosts: [HostSlots]) throws -> AttemptEnd {
    let leftovers = Leftovers()
    let place = hosts.isEmpty ? "" : " on \(hosts.map(\.text).joined(separator: ","))"
    let number = supervision.restarts + 1
    log.write("start \(number): \(ranks == 1 ? "1 rank" : "\(ranks) ranks")\(place)")
    let variables = Dictionary(
      plan.environment.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    var attempt = try Attempt(
      words(ranks, hosts), variables: variables, mark: leftovers.mark, files: files,
      policy: policy, log: log)
    var end = attempt.watch(inbox)
    if end.code != 0 { clear(leftovers) }
    // A checkpoint is not to blame for a host that went while it was loaded.
    if end.loading != nil { end.lostHost = hasLost(hosts) }
    return end
  }

  private func hasLost(_ hosts: [HostSlots]) -> Bool {
    let names = hosts.map(\.host)
    return !shell.answering(names, seconds: policy.hostTimeout).isSuperset(of: names)
  }

  private func words(_ ranks: Int, _ hosts: [HostSlots]) -> [String] {
    var mpirun = plan.mpirun
    if ranks != mpirun.layout.ranks { mpirun.layout = .ranks(ranks) }
    mpirun.hosts = hosts
    // Those of this surrounding that ranks on other hosts need too.
    let own = ["OPENBLAS_CORETYPE", "SDT_DEADLINE"].filter {
      ProcessInfo.processInfo.environment[$0] != nil
    }
    for name in plan.exportedNames + own + [Leftovers.variable]
    where !mpirun.exported.contains(name) { mpirun.exported.append(name) }
    return mpirun.arguments(running: plan.command.words)
  }

  /// Kills what is left of an attempt, here and on all hosts that can be reached.
  private func clear(_ leftovers: Leftovers) {
    let hosts = plan.mpirun.hosts.map(\.host)
    let all = hosts.contains(where: RemoteShell.isHere) ? hosts : hosts + ["localhost"]
    _ = shell.run(leftovers.killing, on: all, seconds: policy.hostTimeout)
  }

  /// - Returns: the exit code when somebody asked for the end meanwhile.
  private func pauseWhileLocked() -> Int32? {
    let limit = Clock.now + Self.lockPatience
    guard supervision.restarts > 0, files.isLocked else { return nil }
    log.write("a rank of the start before still works in \(files.path): waiting until it has ended")
    while files.isLocked, Clock.now < limit {
      if pause(0.5) { return stopWhileWaiting() }
    }
    return nil
  }

  private func pause(_ seconds: Double) -> Bool { inbox.wait(seconds: seconds) != nil }

  private func stopWhileWaiting() -> Int32 {
    log.write("stopped as asked before the next start")
    return (try? files.steps())?.isEmpty ?? true ? 1 : 3
  }
}
