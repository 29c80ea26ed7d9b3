import Foundation
import Reporting
import Testing

extension ParallelTests {
  /// Autoencoders and their curricula.
  @Suite("Autoencoders")
  struct Autoencoders {
    private static let adam = "optimizer={name: adam}"
    private static let stack =
      "model={family: autoencoder, encoder: [12, {dense: 3, activation: none}], "
      + "pretraining: {method: rbm, epochs: 2}}"
    private static let stacked = [
      "model={family: autoencoder, encoder: [12, 8], corruption: {kind: mask, share: 0.3}, "
        + "pretraining: {method: autoencoder, epochs: 2}, objective: classification, classes: 10}",
      "data.train.labels=/train/labels", "data.test.labels=/test/labels", adam,
    ]

    static let cases = [
      DigestTests.Case(
        name: "autoencoder: denoising, tied, contractive",
        settings: [
          "model={family: autoencoder, encoder: [12, 5], tied: true, contraction: {weight: 0.1}, "
            + "corruption: {kind: salt_and_pepper, share: 0.3}}", adam,
        ]),
      DigestTests.Case(
        name: "autoencoder: kl of all samples, by messages",
        settings: [
          "model={family: autoencoder, encoder: [12], corruption: {kind: gaussian, deviation: 0.3}, "
            + "sparsity: {kind: kl, weight: 1, target: 0.1, group: global}}", adam,
        ], transport: .messages),
      DigestTests.Case(
        name: "autoencoder: convolutional, l1, standardized",
        settings: [
          "model={family: autoencoder, loss: squared, sparsity: {kind: l1, weight: 0.1}, "
            + "encoder: [{conv: 2, kernel: 4, stride: 4, activation: tanh}, 9], "
            + "decoder: [98, {reshape: [2, 7, 7]}, {conv_transpose: 1, kernel: 4, stride: 4}]}",
          "data.transform=standardize", adam,
        ]),
      DigestTests.Case(name: "autoencoder: from a stack of RBMs", settings: [stack, adam]),
      DigestTests.Case(name: "autoencoder: stacked, denoising, classifying", settings: stacked),
    ]

    @Test("stopped and resumed in every stage", arguments: [[stack, adam], stacked])
    func resumed(settings: [String]) throws {
      let trial = try Trial()
      try trial.train("whole", ranks: nil, settings)
      // 7 updates an epoch: two stages of 14, and fine-tuning of 21.
      for (steps, ranks) in [(5, 2), (16, 7), (18, 3), (30, 1)] {
        try trial.train("parts", ranks: ranks, settings, arguments: ["--steps", "\(steps)"])
      }
      try trial.train("parts", ranks: 4, settings)
      #expect(try trial.digest("parts") == trial.digest("whole"))
      let kinds = try [trial.metrics("parts"), trial.metrics("whole")].map { records in
        records.filter { $0.kind == "train" }
      }
      #expect(kinds[0] == kinds[1] && kinds[1].count == 49)
    }

    @Test("cut short in an epoch, and resumed on another number", arguments: cases.prefix(2))
    func cutShort(_ one: DigestTests.Case) throws {
      let trial = try Trial()
      try trial.train("whole", ranks: 1, one.settings, transport: one.transport)
      for (place, (before, after)) in [(4, 3), (2, 7)].enumerated() {
        let run = "cut \(place)"
        let limit = "training.steps=\(10 + place)"
        try trial.train(run, ranks: before, one.settings + [limit], transport: one.transport)
        #expect(try trial.newestStep(run) == 10 + place)
        try trial.train(run, ranks: after, one.settings, transport: one.transport)
        #expect(try trial.digest(run) == trial.digest("whole"))
        #expect(try trial.arrays(run) == trial.arrays("whole"))
      }
    }

    @Test("killed in the middle of a stage and resumed on another number of ranks")
    func killed() throws {
      let trial = try Trial()
      let settings = [
        Self.stack.replacingOccurrences(of: "epochs: 2", with: "epochs: 30"), Self.adam,
        "checkpoint.every_steps=1", "checkpoint.keep=2", "evaluation.every_epochs=10",
      ]
      try trial.train("whole", ranks: nil, settings)
      // The second stage has the updates 211 to 420; each writes a line of metrics.
      for (ranks, lines) in [(2, 230), (3, 300)] {
        let run = try trial.start("killed", ranks: ranks, settings)
        let reached = waitUntil(timeout: 60) { trial.lines("killed") > lines || !run.isRunning }
        #expect(reached && run.isRunning)
        run.killAll()
        let step = try trial.newestStep("killed")
        #expect(step > 210 && step < 420, "step \(step)")
      }
      try trial.train("killed", ranks: 4, settings)
      #expect(try trial.digest("killed") == trial.digest("whole"))
      #expect(try trial.metrics("killed") == trial.metrics("whole"))
    }
  }
}
