import Foundation
import Reporting
import Testing

/// Ranks on several hosts, which know each other by TCP only.
extension ParallelTests {
  @Suite("Several hosts")
  struct HostTests {
    @Test("the digest of one process", arguments: [(2, 2), (3, 1), (2, 3)])
    func digest(count: Int, slots: Int) throws {
      guard let hosts = try EmulatedHosts.make(count) else { return }
      let trial = try Trial()
      let settings = ["model.sampler=pcd", "model.chains=13", "data.transform=binarize-sample"]
      try trial.train("alone", ranks: nil, settings)
      let ranks = count * slots
      let run = try hosts.mpirun(ranks, slots: slots, trial.words("hosts", settings))
      let result = run.wait()
      #expect(result.status == 0 && !result.hung, "\(result.text)")
      let names = (1...count).map(hosts.host).joined(separator: ", ")
      #expect(result.text.contains("\(ranks) ranks on \(names)"), "\(result.text)")
      #expect(try trial.arrays("hosts") == trial.arrays("alone"))
      #expect(try trial.metrics("hosts") == trial.metrics("alone"))
    }

    @Test("root runs nothing that lies in another user's folder")
    func foreignFolder() throws {
      guard let hosts = try EmulatedHosts.make(1) else { return }
      let trial = try Trial()
      // In a mount namespace of its own: other tests have hosts, too.
      let commands = """
        install -d -o nobody "$1" && mkdir "$1/t1" && touch "$1/t1/agent"
        mount --bind "$1" /tmp/emulated-hosts || exit 77
        for words in status agent 'up 1' 'mpirun true'; do
          "$2" --name t1 $words && exit 1
          [ $? = 2 ] || exit 1
        done
        chown root "$1" && chmod 777 "$1"
        "$2" --name t1 agent
        """
      let script = EmulatedHosts.project + "/cluster/emulate-hosts"
      let words = ["unshare", "--mount", "sh", "-c", commands, "sh", trial.path("foreign"), script]
      let result = try CommandRun(words).wait(timeout: 60)
      #expect(result.status == 2 && result.output.isEmpty, "\(result.text)")
      let lines = result.errors.split(separator: "\n")
      #expect(lines.count == 5, "\(result.text)")
      #expect(lines.allSatisfy { $0.contains("not a folder that root alone can write") })
      withExtendedLifetime(hosts) {}
    }

    @Test("begun on two hosts, ended on one process, and the other way round")
    func resumed() throws {
      guard let hosts = try EmulatedHosts.make(2) else { return }
      let trial = try Trial()
      try trial.train("alone", ranks: nil)
      let first = try hosts.mpirun(
        4, slots: 2, trial.words("there", [], arguments: ["--steps", "9"]))
      #expect(first.wait().status == 0)
      try trial.train("there", ranks: nil)
      try trial.train("here", ranks: nil, arguments: ["--steps", "9"])
      #expect(try hosts.mpirun(3, slots: 2, trial.words("here", [])).wait().status == 0)
      #expect(try trial.digest("there") == trial.digest("alone"))
      #expect(try trial.digest("here") == trial.digest("alone"))
    }

    /// Long enough to be met in the middle; the watchdog waits for a second, and three.
    static let watched = [
      "training.epochs=100000", "watchdog.warn_after=1", "watchdog.end_after=3",
    ]

    @Test("a rank on another host is stopped: named, and ended with exit code 5")
    func stopped() throws {
      guard let hosts = try EmulatedHosts.make(2) else { return }
      let trial = try Trial()
      let run = try hosts.mpirun(4, slots: 2, trial.words("run", Self.watched))
      #expect(run.comes(within: 60) { trial.lines("run") > 20 })
      // Of a rank that has not yet said a word the watchdog concludes nothing.
      usleep(3_000_000)
      run.ranks[2].map { _ = kill($0, SIGSTOP) }
      let result = run.wait(timeout: 30)
      #expect(result.status == 5 && !result.hung, "\(result.errors)")
      #expect(result.errors.contains("rank 2 (\(hosts.host(2)))"), "\(result.errors)")
      #expect(try failure(trial).rank == 2 && failure(trial).host == hosts.host(2))
      #expect(waitUntil(timeout: 10) { run.survivors == 0 })
    }

    @Test(
      "a link taken down: the host named, and all ranks ended on both sides", arguments: [1, 2])
    func link(host: Int) throws {
      guard let hosts = try EmulatedHosts.make(2) else { return }
      let trial = try Trial()
      let run = try hosts.mpirun(4, slots: 2, trial.words("run", Self.watched))
      #expect(run.comes(within: 60) { trial.lines("run") > 20 })
      try hosts.call("link", "\(host)", "down")
      // Open MPI's launcher itself waits for the lost host for ever: the supervisor ends it.
      #expect(waitUntil(timeout: 30) { run.ranks.isEmpty })
      let (rank, name) = try failure(trial)
      run.killAll()
      let said = run.wait(timeout: 20).errors
      #expect(name == hosts.host(2) && [2, 3].contains(rank), "\(rank ?? -1): \(said)")
    }

    /// Who failed, as `failure.json` says.
    private func failure(_ trial: Trial) throws -> (rank: Int?, host: String?) {
      let text = try String(contentsOfFile: trial.path("run") + "/failure.json", encoding: .utf8)
      let value = try JSONValue(parsing: text)
      return (value["rank"]?.intValue, value["host"]?.stringValue)
    }

    @Test("the program that stands in for ssh keeps words apart, and a pulled cable is pulled")
    func emulation() throws {
      guard let hosts = try EmulatedHosts.make(2) else { return }
      let words = ["run", "1", hosts.agent, hosts.host(2), "printf '%s|' \"$(hostname)\" 'a  b'"]
      let line = try CommandRun(
        [EmulatedHosts.project + "/cluster/emulate-hosts", "--name", hosts.name] + words
      ).wait(timeout: 20)
      #expect(line.output == "\(hosts.host(2))|a  b|")
      let reach = ["run", "1", "timeout", "2", "bash", "-c", "exec 3<>/dev/tcp/10.77.0.2/9"]
      let script = [EmulatedHosts.project + "/cluster/emulate-hosts", "--name", hosts.name]
      // Nobody listens: refused at once, so host 2 is there.
      #expect(try CommandRun(script + reach).wait(timeout: 20).errors.contains("refused"))
      try hosts.call("link", "2", "down")
      #expect(try CommandRun(script + reach).wait(timeout: 20).status == 124)
      try hosts.call("link", "2", "up")
      #expect(try CommandRun(script + reach).wait(timeout: 20).errors.contains("refused"))
    }
  }
}
