import Foundation
import Testing

/// What seldom happens, by scripts in the place of `mpirun`: hanging launchers, processes that stay,
/// checkpoints that kill whoever loads them.
extension ParallelTests {
  @Suite("Supervised stand-ins")
  struct SupervisorStandInTests {
    private let trial: Trial
    private let run: String

    init() throws {
      trial = try Trial()
      run = trial.path("run")
      try FileManager.default.createDirectory(
        atPath: run + "/checkpoints", withIntermediateDirectories: true)
    }

    /// Starts a supervisor over a script, which runs in the run directory. It finds the number of starts so far,
    /// itself included, in `$start`.
    private func supervise(_ script: String, options: [String] = []) throws -> CommandRun {
      let path = trial.folder + "/launcher"
      let text = """
        #!/bin/bash
        cd '\(run)'
        start=$(grep -c 'start [0-9]' supervisor.log)
        \(script)
        """
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
      var words = [
        "launch", "mpirun", trial.folder + "/trial.yaml", "--run-dir", run, "--ranks", "2",
      ]
      words += ["--run", "--max-restarts", "5", "--restart-delay", "0.1", "--grace", "1"]
      return try Launcher.start(words + ["--mpirun", path] + options, ranks: nil)
    }

    private func checkpoint(_ step: Int) throws {
      let name = "step-" + String(repeating: "0", count: 8 - "\(step)".count) + "\(step).h5"
      try Data([1]).write(to: URL(fileURLWithPath: "\(run)/checkpoints/\(name)"))
    }

    @Test(
      "a launcher that hangs after failure.json is killed, with a process that has left its group")
    func hangs() throws {
      let supervisor = try supervise(
        """
        if ((start > 1)); then exit 0; fi
        setsid sleep 300 &
        trap '' TERM
        sleep 0.5
        echo '{"rank": 1, "host": "b", "step": 4, "phase": "reduce", "reason": "gone", "time": 1}' >failure.json
        while :; do sleep 1; done
        """)
      let result = supervisor.wait(timeout: 60)
      let log = SupervisorTests.log(trial)
      #expect(result.status == 0 && result.seconds < 30, "\(result.text)")
      #expect(log.contains("the ranks end the run: rank 1, host b: gone"), "\(log)")
      #expect(log.contains("has not ended 1 s after the failure: it is killed"), "\(log)")
      #expect(log.contains("the run failed: rank 1, host b: gone; restart 1 of 5"), "\(log)")
      #expect(supervisor.survivors == 0)
      #expect(!FileManager.default.fileExists(atPath: run + "/failure.json"))
    }

    @Test("a checkpoint that kills the run on load twice is set aside; the one before is used")
    func setAside() throws {
      for step in [10, 20] { try checkpoint(step) }
      let result = try supervise(
        """
        newest=$(ls checkpoints/step-*.h5 | tail -n 1)
        echo "${newest##*/}" >checkpoints/loading
        if [[ $newest == *20.h5 ]]; then exit 139; fi
        rm checkpoints/loading
        exit 0
        """
      ).wait(timeout: 60)
      let log = SupervisorTests.log(trial)
      #expect(result.status == 0, "\(log)")
      #expect(log.contains("start 3: 2 ranks") && !log.contains("start 4"), "\(log)")
      #expect(log.contains("step-00000020.h5 failed on load twice and is set aside"), "\(log)")
      let names = try FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints")
      #expect(names.sorted() == ["step-00000010.h5", "step-00000020.h5.set-aside"])
    }

    @Test("the only checkpoint is left where it is")
    func onlyCheckpoint() throws {
      try checkpoint(20)
      let result = try supervise(
        "echo step-00000020.h5 >checkpoints/loading; exit 139", options: ["--max-stuck", "9"]
      ).wait(timeout: 60)
      #expect(result.status == 5, "\(result.text)")
      #expect(SupervisorTests.log(trial).contains("is the only checkpoint: look at it"))
      #expect(try trial.checkpoints("run").count == 1)
    }

    @Test("it waits for a rank out of reach that still works in the run directory")
    func locked() throws {
      let supervisor = try supervise(
        """
        if ((start > 1)); then exit 0; fi
        touch checkpoints/step-00000001.h5
        # Without the mark it is not found, like a rank on a host that does not answer.
        env -u SDT_ATTEMPT setsid flock .lock sleep 3 &
        sleep 0.5
        exit 1
        """)
      let result = supervisor.wait(timeout: 60)
      let log = SupervisorTests.log(trial)
      #expect(result.status == 0 && result.seconds > 2.5, "\(log)")
      #expect(log.contains("a rank of the start before still works in \(run): waiting"), "\(log)")
    }

    @Test("what ranks of an earlier start write, which outlived it, ends nothing")
    func outlived() throws {
      let supervisor = try supervise(
        """
        for ((second = 0; second < 3; second++)); do
          # Whole, as ranks write it: what is torn may be of any start.
          echo '{"rank": 1, "host": "b", "reason": "gone", "attempt": "earlier"}' >failure.new
          mv failure.new failure.json
          sleep 1
        done
        echo "${SDT_ATTEMPT:+marked}" >seen
        exit 0
        """)
      let result = supervisor.wait(timeout: 60)
      #expect(result.status == 0 && result.seconds > 2.5, "\(result.text)")
      #expect(SupervisorTests.log(trial).split(separator: "\n").count == 2)
      #expect(try String(contentsOfFile: run + "/seen", encoding: .utf8) == "marked\n")
    }

    @Test("a run directory where another run works: refused, and nothing there is touched")
    func inUse() throws {
      let files = ["failure.json", "started", "checkpoints/loading"].map { "\(run)/\($0)" }
      for path in files { try Data().write(to: URL(fileURLWithPath: path)) }
      let holder = try CommandRun(["flock", run + "/.lock", "sleep", "300"])
      defer { holder.killAll() }
      #expect(
        waitUntil(timeout: 20) {
          (try? CommandRun(["flock", "-n", run + "/.lock", "true"]).wait().status) == 1
        })
      let result = try supervise("exit 0").wait(timeout: 60)
      #expect(result.status == 2 && result.errorLines.count == 1, "\(result.text)")
      #expect(result.errors.contains("another run is working in \(run)"), "\(result.text)")
      #expect(files.allSatisfy(FileManager.default.fileExists(atPath:)))
      #expect(SupervisorTests.log(trial).isEmpty)
    }

    @Test("progress is what is newer than the step that the run went on from, however quick it was")
    func progress() throws {
      try checkpoint(100)
      // The newest is damaged: the run goes back to 95 and comes to 100 again, faster than anybody looks.
      let result = try supervise(
        """
        if ((start > 3)); then exit 0; fi
        printf '{"step": 95, "attempt": "%s"}' "$SDT_ATTEMPT" >started
        exit 137
        """, options: ["--max-stuck", "1"]
      ).wait(timeout: 60)
      #expect(result.status == 0, "\(result.text)")
      // One that dies before its start has made none, whatever is there.
      let stuck = try supervise("exit 137", options: ["--max-stuck", "1"]).wait(timeout: 60)
      #expect(
        stuck.status == 5 && stuck.errors.contains("no progress in 1 failure"), "\(stuck.text)")
    }

    @Test("checkpoints that cannot be read are no progress, and it says so")
    func unreadable() throws {
      try FileManager.default.removeItem(atPath: run + "/checkpoints")
      try Data().write(to: URL(fileURLWithPath: run + "/checkpoints"))
      let result = try supervise("exit 137").wait(timeout: 60)
      #expect(result.status == 5, "\(result.text)")
      let log = SupervisorTests.log(trial)
      #expect(log.contains("cannot read \(run)/checkpoints: Not a directory"), "\(log)")
      #expect(log.contains("no progress in 2 failures"), "\(log)")
    }

    @Test("hosts that do not answer at all: it says so and ends")
    func nowhere() throws {
      let result = try supervise(
        "exit 0", options: ["--hosts", "nobody-1:1,nobody-2:1", "--launch-agent", "false"]
      ).wait(timeout: 60)
      #expect(result.status == 5, "\(result.text)")
      #expect(SupervisorTests.log(trial).contains("no host answers (nobody-1, nobody-2)"))
      #expect(!SupervisorTests.log(trial).contains("start 1"))
    }

    @Test("asked to stop while it waits for a restart")
    func stoppedBetween() throws {
      try checkpoint(7)
      let supervisor = try supervise("exit 1", options: ["--restart-delay", "60"])
      #expect(waitUntil(timeout: 30) { SupervisorTests.log(trial).contains("in 60 s") })
      supervisor.signal(SIGTERM)
      let result = supervisor.wait(timeout: 10)
      #expect(result.status == 3 && !result.hung, "\(result.text)")
    }
  }
}
