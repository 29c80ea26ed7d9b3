import Foundation
import Reporting
import Testing

extension ParallelTests {
  /// Deep belief networks: machines, one on top of the other, then the whole.
  @Suite("Deep belief networks")
  struct BeliefNetworks {
    private static let labels = [
      "data.train.labels=/train/labels", "data.test.labels=/test/labels",
    ]
    private static let upDown =
      [
        "model={family: dbn, hidden: [12, 9, 14], classes: 10, up_pass: samples, "
          + "gibbs_steps: [1, 2], evaluation_up_pass: samples, "
          + "pretraining: {epochs: 2, layer_3: {sampler: pcd, chains: 13, epochs: 1}}}"
      ] + labels
    private static let classifying =
      [
        "model={family: dbn, hidden: [12, 9], classes: 10, fine_tuning: classify, "
          + "pretraining: {epochs: 1, layer_2: {gibbs_steps: 2}}}", "optimizer={name: adam}",
      ] + labels

    static let cases = [
      DigestTests.Case(name: "dbn: labels, up-down", settings: upDown),
      DigestTests.Case(name: "dbn: up-down, by messages", settings: upDown, transport: .messages),
      DigestTests.Case(name: "dbn: classifying", settings: classifying),
      DigestTests.Case(
        name: "dbn: without labels, gaussian",
        settings: [
          "model={family: dbn, hidden: [12, 9], visible: gaussian, "
            + "pretraining: {epochs: 1, optimizer: {learning_rate: 0.001}}}",
          "data.transform=standardize", "optimizer.learning_rate=0.001",
        ]),
    ]

    @Test("stopped and resumed in every stage", arguments: [upDown, classifying])
    func resumed(settings: [String]) throws {
      let trial = try Trial()
      try trial.train("whole", ranks: nil, settings)
      // 7 updates an epoch: machines of 14, 14 and 7, or 7 and 7; the whole of 21.
      for (steps, ranks) in [(3, 2), (9, 7), (12, 3), (18, 5), (30, 1)] {
        try trial.train("parts", ranks: ranks, settings, arguments: ["--steps", "\(steps)"])
      }
      try trial.train("parts", ranks: 4, settings)
      #expect(try trial.digest("parts") == trial.digest("whole"))
      let kinds = try [trial.metrics("parts"), trial.metrics("whole")].map { records in
        records.filter { $0.kind == "train" }
      }
      #expect(kinds[0] == kinds[1] && kinds[1].count > 30)
    }

    @Test("killed in up-down learning and resumed on another number of ranks")
    func killed() throws {
      let trial = try Trial()
      let settings =
        Self.upDown + [
          "checkpoint.every_steps=1", "checkpoint.keep=2", "evaluation.every_epochs=10",
          "training.epochs=30",
        ]
      try trial.train("whole", ranks: nil, settings)
      // Up-down learning has the updates 36 to 245; each writes a line of metrics.
      for (ranks, lines) in [(2, 60), (3, 120)] {
        let run = try trial.start("killed", ranks: ranks, settings)
        let reached = waitUntil(timeout: 60) { trial.lines("killed") > lines || !run.isRunning }
        #expect(reached && run.isRunning)
        run.killAll()
        let step = try trial.newestStep("killed")
        #expect(step > 35 && step < 245, "step \(step)")
      }
      try trial.train("killed", ranks: 4, settings)
      #expect(try trial.digest("killed") == trial.digest("whole"))
      #expect(try trial.metrics("killed") == trial.metrics("whole"))
    }
  }
}
