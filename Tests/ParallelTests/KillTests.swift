import Foundation
import Testing

/// SIGKILL at random moments, above all while checkpoints are written.
extension ParallelTests {
  @Suite("Killed at random")
  struct KillTests {
    /// A checkpoint after every step: most kills meet one being written.
    static let settings = [
      "training.epochs=60", "checkpoint.every_steps=1", "checkpoint.keep=2",
      "evaluation.every_epochs=20", "model.sampler=pcd", "model.chains=13",
    ]

    @Test(
      "one rank or all, resumed on other numbers of ranks",
      arguments: zip([11, 12] as [UInt64], Transport.allCases))
    func random(seed: UInt64, transport: Transport) throws {
      var random = SplitMix(seed: seed)
      let trial = try Trial()
      try trial.train("whole", ranks: nil, Self.settings)
      for _ in 0..<3 {
        let ranks = Int.random(in: 2...4, using: &random)
        let before = trial.lines("killed")
        let run = try trial.start(
          "killed", ranks: ranks, Self.settings, transport: transport)
        let moment = UInt32.random(in: 0...150_000, using: &random)
        let started = waitUntil(timeout: 60) { trial.lines("killed") != before || !run.isRunning }
        #expect(started)
        usleep(moment)
        if Bool.random(using: &random) {
          run.killAll()
        } else {
          try killOne(of: run, Int.random(in: 0..<ranks, using: &random))
        }
      }
      try trial.train("killed", ranks: 2, Self.settings)
      #expect(try trial.digest("killed") == trial.digest("whole"))
      #expect(try trial.metrics("killed") == trial.metrics("whole"))
      #expect(try trial.checkpoints("killed").count == 2)
    }

    @Test(
      "replicas, centred; a learned variance",
      arguments: zip(
        [21, 22] as [UInt64],
        [
          [
            "model.sampler=tempering", "model.chains=11", "model.temperatures=4",
            "model.centering=model-and-data",
          ],
          [
            "model.visible=gaussian", "model.deviation=learned", "data.transform=standardize",
            "optimizer.learning_rate=0.001",
          ],
        ]))
    func state(seed: UInt64, model: [String]) throws {
      var random = SplitMix(seed: seed)
      let settings =
        model + [
          "training.epochs=60", "checkpoint.every_steps=1", "checkpoint.keep=2",
          "evaluation.every_epochs=20",
        ]
      let trial = try Trial()
      try trial.train("whole", ranks: nil, settings)
      for ranks in [3, 2] {
        let lines = trial.lines("killed") + 40
        let run = try trial.start("killed", ranks: ranks, settings)
        let reached = waitUntil(timeout: 60) { trial.lines("killed") > lines || !run.isRunning }
        #expect(reached && run.isRunning)
        usleep(UInt32.random(in: 0...50_000, using: &random))
        run.killAll()
        // 7 updates an epoch.
        let step = try trial.newestStep("killed")
        #expect(step > 0 && step < 420, "step \(step)")
      }
      try trial.train("killed", ranks: 5, settings)
      #expect(try trial.arrays("killed") == trial.arrays("whole"))
      #expect(try trial.metrics("killed") == trial.metrics("whole"))
    }

    @Test(
      "when a rank is killed the others end within seconds, and it is said which",
      arguments: Transport.allCases)
    func othersEnd(transport: Transport) throws {
      let trial = try Trial()
      for rank in 0..<3 {
        let run = try trial.start(
          "run", ranks: 3, ["training.epochs=100000"], arguments: ["--resume", "never"],
          transport: transport)
        #expect(run.comes(within: 60) { trial.lines("run") > 20 })
        let result = try killOne(of: run, rank)
        guard Launcher.isOpenMPI, let result else { continue }
        #expect(
          result.errors.contains("process rank \(rank) ") && result.errors.contains("signal 9"))
      }
    }

    /// Kills a rank; all others must be gone within 10 seconds.
    @discardableResult
    private func killOne(of run: CommandRun, _ rank: Int) throws -> CommandResult? {
      guard let process = run.ranks[rank] else { return nil }
      kill(process, SIGKILL)
      let result = run.wait(timeout: 10)
      #expect(!result.hung, "the others wait for a rank that was killed")
      #expect(result.status != 0)
      #expect(waitUntil(timeout: 5) { run.survivors == 0 })
      return result
    }
  }
}
