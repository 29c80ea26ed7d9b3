import Foundation
import Testing

/// Failures under the supervisor: detected, said, and gone on from with what is left, to the same bits.
extension ParallelTests {
  @Suite("Supervised")
  struct SupervisorTests {
    /// Long enough to be met in the middle, with a checkpoint every few steps.
    static let settings = [
      "training.epochs=60", "checkpoint.every_steps=5", "evaluation.every_epochs=20",
      "model.sampler=pcd", "model.chains=13", "watchdog.warn_after=1", "watchdog.end_after=3",
    ]

    /// Starts a supervised run on hosts 2, 3, … of `hosts`, two ranks each, from host 1.
    static func start(
      _ trial: Trial, _ hosts: EmulatedHosts, computing: ClosedRange<Int>,
      settings: [String] = settings, options: [String] = []
    ) throws -> CommandRun {
      let list = computing.map { "\(hosts.host($0)):2" }.joined(separator: ",")
      var words = [try Launcher.program("swift-dist-train"), "launch", "mpirun"]
      words += [trial.folder + "/trial.yaml", "--run-dir", trial.path("run"), "--hosts", list]
      words += ["--bind-to", "none", "--run", "--max-restarts", "5", "--restart-delay", "0.2"]
      words += ["--grace", "3", "--host-timeout", "3", "--launch-agent", hosts.agent] + options
      return try hosts.start(on: 1, words + settings.flatMap { ["--set", $0] })
    }

    /// What the supervisor has said.
    static func log(_ trial: Trial) -> String {
      (try? String(contentsOfFile: trial.path("run") + "/supervisor.log", encoding: .utf8)) ?? ""
    }

    /// Trains undisturbed, then supervised with something that happens to it, and compares.
    private func compare(
      _ number: Int, _ happens: (Trial, EmulatedHosts, CommandRun) throws -> Void
    ) throws -> (log: String, result: CommandResult)? {
      guard let hosts = try EmulatedHosts.make(number) else { return nil }
      let trial = try Trial()
      try trial.train("alone", ranks: nil, Self.settings)
      let run = try Self.start(trial, hosts, computing: 2...number)
      #expect(run.comes(within: 60) { trial.lines("run") > 20 || !run.isRunning })
      try happens(trial, hosts, run)
      let result = run.wait(timeout: 90)
      #expect(result.status == 0 && !result.hung, "\(result.text)")
      // On a host out of reach Open MPI's daemon waits for the link to come back. No rank does.
      #expect(run.ranks.isEmpty && run.survivors == run.processes(named: "orted").count)
      #expect(try trial.digest("run") == trial.digest("alone"))
      #expect(try trial.metrics("run") == trial.metrics("alone"))
      return (Self.log(trial), result)
    }

    @Test("a rank killed")
    func rankKilled() throws {
      guard
        let (log, _) = try compare(3, { _, _, run in run.ranks[3].map { _ = kill($0, SIGKILL) } })
      else { return }
      #expect(log.contains("the run failed: ") && log.contains("restart 1 of 5"), "\(log)")
      #expect(log.contains("start 2: 4 ranks"), "\(log)")
      #expect(log.contains("the run is done, after 1 restart"), "\(log)")
    }

    @Test("all processes of a host killed")
    func hostKilled() throws {
      guard let (log, _) = try compare(3, { _, hosts, _ in try hosts.call("kill", "3") }) else {
        return
      }
      #expect(log.contains("restart 1 of 5") && log.contains("start 2: 4 ranks"), "\(log)")
    }

    @Test("the launcher killed")
    func launcherKilled() throws {
      let killed = try compare(3) { _, _, run in
        for process in run.processes(named: "mpirun") { kill(process, SIGKILL) }
      }
      guard let (log, _) = killed else { return }
      #expect(log.contains("the launcher was ended by signal 9"), "\(log)")
      #expect(log.contains("start 2: 4 ranks"), "\(log)")
    }

    @Test("a rank stopped is named", arguments: [0, 3])
    func rankStopped(rank: Int) throws {
      let stopped = try compare(3) { _, _, run in run.ranks[rank].map { _ = kill($0, SIGSTOP) } }
      guard let (log, _) = stopped else { return }
      #expect(log.contains("the run failed: rank \(rank), host "), "\(log)")
      #expect(log.contains("-\(rank == 0 ? 2 : 3): "), "\(log)")
      #expect(log.contains("start 2: 4 ranks"), "\(log)")
    }

    @Test("a host lost with its link: the others go on, with fewer ranks", arguments: [2, 3])
    func linkDown(host: Int) throws {
      let name = Mutable("")
      let lost = try compare(3) { _, hosts, _ in
        name.value = hosts.host(host)
        try hosts.call("link", "\(host)", "down")
      }
      guard let (log, _) = lost else { return }
      #expect(log.contains("no answer from \(name.value) in 3 s"), "\(log)")
      #expect(log.contains("start 2: 2 ranks on "), "\(log)")
    }

    @Test("a damaged newest checkpoint")
    func damaged() throws {
      let damaged = try compare(3) { trial, _, run in
        #expect(run.comes(within: 60) { (try? trial.checkpoints("run").count) ?? 0 > 1 })
        run.ranks[0].map { _ = kill($0, SIGKILL) }
        let newest = try #require(try trial.checkpoints("run").last)
        let image = try Data(contentsOf: URL(fileURLWithPath: newest))
        try image.prefix(image.count / 2).write(to: URL(fileURLWithPath: newest))
      }
      guard let (log, result) = damaged else { return }
      #expect(log.contains("start 2: 4 ranks"), "\(log)")
      #expect(result.text.contains("skipped: "), "\(result.text)")
    }
  }
}

/// A value that a closure changes.
private final class Mutable<Value> {
  var value: Value
  init(_ value: Value) { self.value = value }
}
