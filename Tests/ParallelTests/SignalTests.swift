import Foundation
import Reporting
import Testing

/// A signal stops a run after a checkpoint; started again, it ends in the bits of the one that was
/// never stopped.
extension ParallelTests {
  @Suite("Stopped by signals")
  struct SignalTests {
    /// 700 steps that take long enough to be met in the middle.
    static let long = [
      "training.epochs=100", "evaluation.every_epochs=50", "model.hidden=200",
      "model.gibbs_steps=5",
    ]

    @Test("stopped twice in the middle, on 2, 3 and 1 ranks", arguments: ["cd", "pcd"])
    func threeParts(sampler: String) throws {
      let trial = try Trial()
      let settings = Self.long + ["model.sampler=\(sampler)", "data.transform=binarize-sample"]
      try trial.train("whole", ranks: nil, settings)
      try stop(trial, "parts", ranks: 2, settings, after: 30) { run in
        run.ranks[1].map { _ = kill($0, SIGTERM) }
      }
      try stop(trial, "parts", ranks: 3, settings, after: 200) { run in
        run.ranks[0].map { _ = kill($0, SIGINT) }
      }
      let last = try trial.train("parts", ranks: 1, settings)
      #expect(trial.stopMark("parts") == nil)
      #expect(last.text.contains("going on from"))
      #expect(try trial.digest("parts") == trial.digest("whole"))
      #expect(try trial.metrics("parts") == trial.metrics("whole"))
      let steps = try trial.metrics("parts").filter { $0.kind == "train" }.map(\.step)
      #expect(steps == Array(1...700))
    }

    @Test("a signal to the launcher")
    func launcher() throws {
      let trial = try Trial()
      let settings = Self.long + ["model.gibbs_steps=20"]
      try trial.train("whole", ranks: nil, settings)
      // MPICH's launcher ends its ranks without a word on SIGINT and SIGTERM.
      for number in Launcher.isOpenMPI ? [SIGTERM, SIGINT, SIGUSR1] : [SIGUSR1] {
        let name = "signal \(number)"
        try signalLauncher(trial, name, number, settings)
        try trial.train(name, ranks: nil, settings)
        #expect(try trial.digest(name) == trial.digest("whole"))
        #expect(try trial.metrics(name) == trial.metrics("whole"))
      }
    }

    private func signalLauncher(
      _ trial: Trial, _ name: String, _ number: Int32, _ settings: [String]
    ) throws {
      // Open MPI's passes SIGUSR1 on at once, and ends with the ranks' code. On the others it waits so
      // many seconds, sends SIGTERM, and SIGKILL after as many again: the run must be longer.
      let options = Launcher.isOpenMPI ? ["--mca", "odls_base_sigkill_timeout", "2"] : []
      let run = try trial.start(name, ranks: 2, settings, options: options)
      #expect(run.comes(within: 60) { trial.lines(name) >= 30 })
      run.signal(number)
      let result = run.wait(timeout: 60)
      #expect(!result.hung && run.survivors == 0)
      #expect(result.text.contains("run it again to go on"), "\(result.text)")
      if number == SIGUSR1 { #expect(result.status == 3) }
    }

    @Test("one process without a launcher")
    func alone() throws {
      let trial = try Trial()
      try trial.train("whole", ranks: 2, Self.long)
      let run = try trial.start("parts", ranks: nil, Self.long)
      #expect(run.comes(within: 60) { trial.lines("parts") >= 30 })
      run.signal(SIGTERM)
      #expect(run.wait().status == 3)
      try trial.train("parts", ranks: 2, Self.long)
      #expect(try trial.digest("parts") == trial.digest("whole"))
    }

    @Test("a signal in the last step of an epoch does not lose the evaluation")
    func endOfEpoch() throws {
      // One step an epoch: every stop is in the last step of one.
      let trial = try Trial()
      let settings = [
        "training.epochs=200", "training.global_batch=203", "evaluation.every_epochs=1",
        "model.hidden=100", "model.gibbs_steps=3",
      ]
      try trial.train("whole", ranks: nil, settings)
      try stop(trial, "parts", ranks: 2, settings, after: 40) { run in
        run.ranks[0].map { _ = kill($0, SIGTERM) }
      }
      try trial.train("parts", ranks: 1, settings)
      #expect(try trial.metrics("parts") == trial.metrics("whole"))
    }

    @Test("line searches: the update under way is taken back", arguments: ["lbfgs", "cg"])
    func lineSearch(method: String) throws {
      let trial = try Trial()
      let settings = [
        "model={family: vae, latent: 5, encoder: [200], decoder: [200]}",
        "optimizer={name: \(method)}", "training.epochs=150", "evaluation.every_epochs=50",
        "checkpoint.every_steps=40",
      ]
      try trial.train("whole", ranks: nil, settings)
      try stop(trial, "parts", ranks: 2, settings, after: 30) { run in
        run.ranks[1].map { _ = kill($0, SIGTERM) }
      }
      try stop(trial, "parts", ranks: 3, settings, after: 70) { run in
        run.ranks[0].map { _ = kill($0, SIGINT) }
      }
      let run = try trial.start("parts", ranks: 4, settings)
      let reached = waitUntil(timeout: 60) { trial.lines("parts") >= 110 || !run.isRunning }
      #expect(reached && run.isRunning)
      run.killAll()
      let step = try trial.newestStep("parts")
      #expect(step >= 70 && step < 150, "step \(step)")
      try trial.train("parts", ranks: 1, settings)
      #expect(try trial.digest("parts") == trial.digest("whole"))
      #expect(try trial.metrics("parts") == trial.metrics("whole"))
    }

    private func stop(
      _ trial: Trial, _ name: String, ranks: Int, _ settings: [String], after lines: Int,
      _ signal: (CommandRun) -> Void
    ) throws {
      let run = try trial.start(name, ranks: ranks, settings)
      #expect(run.comes(within: 60) { trial.lines(name) >= lines })
      signal(run)
      let result = run.wait(timeout: 60)
      #expect(result.status == 3 && !result.hung, "\(result.text)")
      #expect(trial.stopMark(name) == "signal\n")
      #expect(result.text.components(separatedBy: "run it again to go on").count == 2)
      #expect(run.survivors == 0)
    }
  }
}
