import Foundation
import Testing

/// When the supervisor stops, and what it leaves as it is.
extension ParallelTests {
  @Suite("The end of supervision")
  struct SupervisorEndTests {
    /// Starts a supervised run on this machine.
    private func start(
      _ trial: Trial, _ settings: [String], options: [String] = [], arguments: [String] = []
    ) throws -> CommandRun {
      var words = [
        "launch", "mpirun", trial.folder + "/trial.yaml", "--run-dir", trial.path("run"),
      ]
      words += ["--ranks", "2", "--bind-to", "none", "--run", "--max-restarts", "9"]
      words += ["--restart-delay", "0.1", "--mpirun", Launcher.command]
      words += Launcher.isOpenMPI ? [] : ["--mpi-flavor", "mpich"]
      words += options + settings.flatMap { ["--set", $0] }
      return try Launcher.start(words + (arguments.isEmpty ? [] : ["--"] + arguments), ranks: nil)
    }

    @Test("done, with nothing happening; nothing is said twice")
    func done() throws {
      let trial = try Trial()
      try trial.train("alone", ranks: nil)
      let result = try start(trial, []).wait()
      #expect(result.status == 0, "\(result.text)")
      #expect(try trial.digest("run") == trial.digest("alone"))
      let lines = SupervisorTests.log(trial).split(separator: "\n")
      #expect(lines.count == 2 && lines[0].contains("start 1: 2 ranks"), "\(lines)")
      #expect(lines[1].hasSuffix("the run is done, after 0 restarts"))
    }

    @Test("bad input is not tried again, and leaves nothing")
    func badInput() throws {
      let trial = try Trial()
      let result = try start(trial, ["data.train.images=/nothing"]).wait()
      #expect(result.status == 2 && result.errorLines.count == 1, "\(result.text)")
      #expect(!FileManager.default.fileExists(atPath: trial.path("run")))
    }

    @Test("a model that diverges is not tried again")
    func diverged() throws {
      let trial = try Trial(.huge)
      let result = try start(
        trial,
        ["data.transform=none", "optimizer.learning_rate=1000000", "evaluation.every_epochs=0"]
      ).wait()
      #expect(result.status == 4, "\(result.text)")
      #expect(SupervisorTests.log(trial).split(separator: "\n").count == 2)
    }

    @Test(
      "asked to stop: a checkpoint, exit code 3, no restart", arguments: [SIGTERM, SIGINT, SIGUSR1])
    func stopped(number: Int32) throws {
      let trial = try Trial()
      let run = try start(trial, SignalTests.long)
      #expect(run.comes(within: 60) { trial.lines("run") >= 20 })
      run.signal(number)
      let result = run.wait(timeout: 60)
      #expect(result.status == 3 && run.survivors == 0, "\(result.text)")
      #expect(SupervisorTests.log(trial).contains("stopped as asked, exit code 3"))
      try trial.train("alone", ranks: nil, SignalTests.long)
      #expect(try start(trial, SignalTests.long).wait().status == 0)
      #expect(try trial.digest("run") == trial.digest("alone"))
    }

    @Test("a checkpoint is not to blame for what happens while data is opened")
    func openingData() throws {
      let trial = try Trial(inMemory: true)
      try trial.train("run", ranks: 2)
      let mark = trial.path("run") + "/checkpoints/loading"
      // Who opens the data waits until the lease is let go.
      let lease = try Lease(trial.path("data.h5"), forReading: false)
      let run = try start(trial, ["training.epochs=4"])
      #expect(run.comes(within: 60) { lease.isWanted })
      #expect(waitUntil(timeout: 5) { !FileManager.default.fileExists(atPath: mark) })
      run.ranks[1].map { _ = kill($0, SIGKILL) }
      lease.release()
      #expect(run.wait(timeout: 60).status == 0)
      #expect(SupervisorTests.log(trial).contains("restart 1 of 9"))
    }

    @Test("no progress: it gives up after two failures and says so")
    func noProgress() throws {
      let trial = try Trial()
      // After the first epoch's no other checkpoint is due for long: later kills lose all.
      let settings = SignalTests.long + ["training.epochs=100000"]
      let run = try start(trial, settings)
      for starts in 1...3 {
        #expect(
          waitUntil(timeout: 60) {
            SupervisorTests.log(trial).contains("start \(starts): ") && run.ranks[1] != nil
              && (try? trial.checkpoints("run"))?.isEmpty == false
          })
        run.ranks[1].map { _ = kill($0, SIGKILL) }
        #expect(
          waitUntil(timeout: 30) {
            SupervisorTests.log(trial).components(separatedBy: "the run failed").count > starts
          })
      }
      let result = run.wait(timeout: 60)
      #expect(result.status == 5 && run.survivors == 0, "\(result.text)")
      #expect(
        SupervisorTests.log(trial).contains("no progress in 2 failures running"),
        "\(SupervisorTests.log(trial))")
    }
  }
}
