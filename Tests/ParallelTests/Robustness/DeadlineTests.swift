import Foundation
import Testing

/// A run whose time is over stops itself, and goes on as if nothing had been.
extension ParallelTests {
  @Suite("The end of the job's time")
  struct DeadlineTests {
    private func deadline(in seconds: Double, _ name: String = "SDT_DEADLINE") -> [String: String] {
      [name: "\(Int(Date().timeIntervalSince1970 + seconds))"]
    }

    @Test(
      "a run stops itself in time, and ends in the bits of one in one piece",
      arguments: [(nil, "SLURM_JOB_END_TIME"), (3, "SDT_DEADLINE")])
    func stops(ranks: Int?, name: String) throws {
      let trial = try Trial()
      let settings = SignalTests.long + ["deadline.margin=1"]
      let seconds = 10.0
      let start = Date()
      let run = try trial.start(
        "parts", ranks: ranks, settings + ["training.epochs=1000000"],
        environment: deadline(in: seconds, name))
      let result = run.wait(timeout: 60)
      #expect(result.status == 3, "\(result.text)")
      #expect(Date().timeIntervalSince(start) < seconds + 5, "it stopped too late")
      #expect(FileManager.default.fileExists(atPath: trial.path("parts") + "/times.json"))
      #expect(trial.stopMark("parts") == "time\n")
      #expect(result.text.contains("of the job's time (\(name))"), "\(result.text)")
      #expect(result.text.components(separatedBy: "run it again to go on").count == 2)
      // Seven steps an epoch.
      let epochs = ["training.epochs=\(try trial.newestStep("parts") / 7 + 3)"]
      try trial.train("parts", ranks: ranks, settings + epochs)
      try trial.train("whole", ranks: 2, settings + epochs)
      #expect(trial.stopMark("parts") == nil)
      #expect(try trial.digest("parts") == trial.digest("whole"))
      #expect(try trial.metrics("parts") == trial.metrics("whole"))
    }

    @Test("a margin that takes all the time is refused, before anything is written")
    func longMargin() throws {
      let trial = try Trial()
      let result = try trial.start(
        "run", ranks: 2, ["deadline.margin=9000"], environment: deadline(in: 3000)
      ).wait()
      #expect(result.status == 2 && result.errorLines.count == 1, "\(result.text)")
      #expect(result.errors.contains("deadline.margin is 9000"))
      #expect(!FileManager.default.fileExists(atPath: trial.path("run")))
    }

    @Test("a deadline that is over is a mistake; Slurm's may be stale")
    func past() throws {
      let trial = try Trial()
      let run = try trial.start("run", ranks: 2, environment: deadline(in: -100))
      let result = run.wait()
      #expect(result.status == 2 && result.errorLines.count == 1, "\(result.text)")
      #expect(result.errors.contains("SDT_DEADLINE is 10") && result.errors.contains("in the past"))
      #expect(!FileManager.default.fileExists(atPath: trial.path("run")))
      let bad = try trial.start("run", ranks: nil, environment: ["SDT_DEADLINE": "noon"]).wait()
      #expect(bad.status == 2 && bad.errors.contains("unix seconds"))
      let stale = try trial.start(
        "run", ranks: 2, environment: deadline(in: -100, "SLURM_JOB_END_TIME")
      ).wait()
      #expect(stale.status == 0, "\(stale.text)")
    }

    @Test("between two values of a sweep the end of the time is no mistake")
    func sweep() throws {
      let trial = try Trial()
      let words = ["sweep", trial.path("trial.yaml"), "--run-dir", trial.path("sweep")]
      let settings = ["--set", "deadline.margin=3600"]
      let first = try Launcher.start(
        words + ["--over", "model.hidden=10"] + settings, ranks: 2)
      #expect(first.wait(timeout: 60).status == 0)
      // The first value is done; less than the margin is left for the second.
      let run = try Launcher.start(
        words + ["--over", "model.hidden=10,11"] + settings, ranks: 2,
        environment: deadline(in: 3000, "SLURM_JOB_END_TIME"))
      let result = run.wait(timeout: 60)
      #expect(result.status == 3 && result.errorLines.isEmpty, "\(result.text)")
      #expect(result.errors.contains("stopped between two values"), "\(result.text)")
      #expect(!FileManager.default.fileExists(atPath: trial.path("sweep") + "/hidden-11"))
    }

    @Test("a signal leaves a long evaluation to who goes on")
    func evaluation() throws {
      let trial = try Trial()
      let settings = [
        "training.epochs=40", "evaluation.every_epochs=1", "model.hidden=400",
        "model.pseudo_likelihood=exact", "optimizer.plateau={patience: 2, factor: 0.5}",
      ]
      try trial.train("whole", ranks: nil, settings)
      var stops = 0
      for moment in 1...6 {
        let run = try trial.start("parts", ranks: moment % 3 + 1, settings)
        let lines = trial.lines("parts")
        let reached = waitUntil(timeout: 60) {
          trial.lines("parts") >= lines + 5 * moment || !run.isRunning
        }
        #expect(reached)
        run.ranks[0].map { _ = kill($0, SIGUSR1) }
        let result = run.wait(timeout: 60)
        #expect([0, 3].contains(result.status), "\(result.text)")
        stops += result.status == 3 ? 1 : 0
      }
      #expect(stops > 2)
      try trial.train("parts", ranks: 2, settings)
      #expect(try trial.digest("parts") == trial.digest("whole"))
      #expect(try trial.metrics("parts") == trial.metrics("whole"))
    }
  }
}
