import Foundation
import Reporting
import Testing

extension ParallelTests {
  /// General Boltzmann machines: their chains are the same on any number of ranks too.
  @Suite("General Boltzmann machines on any number of ranks")
  struct BoltzmannTests {
    static let cases = [
      DigestTests.Case(
        name: "hidden units by Gibbs sampling, 13 chains",
        settings: ["model={family: boltzmann, hidden: 10, chains: 13, gibbs_steps: 2}"]),
      DigestTests.Case(
        name: "mean field, samples, shards without chains or samples, by messages",
        settings: [
          "model={family: boltzmann, hidden: 6, chains: 5, clamped: mean-field, "
            + "free_statistics: samples}", "training.global_batch=9", "training.epochs=2",
          "data.transform=binarize-sample",
        ], transport: .messages),
      DigestTests.Case(
        name: "no hidden units, Adam",
        settings: [
          "model={family: boltzmann, chains: 40}", "data.transform=binarize-threshold",
          "optimizer={name: adam, clip_norm: 0.5}",
        ]),
    ]

    @Test("parameters, chains and metrics", arguments: cases)
    func sameBits(_ one: DigestTests.Case) throws {
      let trial = try Trial()
      try trial.train("1", ranks: 1, one.settings)
      let (expected, metrics) = (try trial.arrays("1"), try trial.metrics("1"))
      #expect(expected.contains { $0.hasPrefix("/state/chains") })
      #expect(metrics.contains { $0.kind == "evaluation" })
      for ranks in [2, 3, 5] {
        try trial.train("\(ranks)", ranks: ranks, one.settings, transport: one.transport)
        #expect(try trial.arrays("\(ranks)") == expected, "\(ranks) ranks")
        #expect(try trial.metrics("\(ranks)") == metrics, "\(ranks) ranks")
      }
    }

    @Test("cut short in an epoch, and resumed on another number", arguments: cases)
    func resumed(_ one: DigestTests.Case) throws {
      let trial = try Trial()
      try trial.train("whole", ranks: 1, one.settings)
      for (place, (before, after)) in [(5, 3), (2, 7)].enumerated() {
        let run = "cut \(place)"
        try trial.train(run, ranks: before, one.settings + ["training.steps=\(10 + place)"])
        try trial.train(run, ranks: after, one.settings)
        #expect(try trial.arrays(run) == trial.arrays("whole"))
      }
    }

    @Test("killed, and resumed on another number")
    func killed() throws {
      let trial = try Trial()
      let settings =
        Self.cases[0].settings + ["training.epochs=30", "checkpoint.every_steps=3"]
      try trial.train("whole", ranks: 1, settings)
      let run = try trial.start("killed", ranks: 5, settings)
      let reached = waitUntil(timeout: 60) { trial.lines("killed") > 20 || !run.isRunning }
      #expect(reached && run.isRunning)
      run.killAll()
      // 7 updates an epoch.
      let step = try trial.newestStep("killed")
      #expect(step > 0 && step < 210, "step \(step)")
      try trial.train("killed", ranks: 3, settings)
      #expect(try trial.arrays("killed") == trial.arrays("whole"))
      #expect(try trial.metrics("killed") == trial.metrics("whole"))
    }
  }
}
