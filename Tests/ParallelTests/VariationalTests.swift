import Foundation
import Reporting
import Testing

/// Variational autoencoders with labels, convolutions and batch norm, and autoencoders with batch norm: what they keep beside their
/// parameters is the same on any number of ranks too.
extension ParallelTests {
  @Suite("Variational autoencoders on any number of ranks")
  struct VariationalTests {
    /// A model, as settings on top of the trial's.
    struct Case: Sendable, CustomTestStringConvertible {
      let name: String
      let model: String
      var settings: [String] = []
      var family = "vae, latent: 3"
      var testDescription: String { name }

      var all: [String] {
        [
          "model={family: \(family), \(model)}", "optimizer={name: adam}",
          "data.train.labels=/train/labels", "data.test.labels=/test/labels",
        ] + settings
      }
    }

    static let cases = [
      Case(name: "conditional", model: "classes: 5, encoder: [12], decoder: [12]"),
      Case(
        name: "batch norm of shards, dropout",
        model: "encoder: [12, {batch_norm: true, activation: relu}, {dropout: 0.2}], decoder: [12]"),
      Case(
        name: "batch norm of all shards, dropout, empty shards",
        model: "encoder: [12, {batch_norm: true, group: global}, {dropout: 0.2}], "
          + "decoder: [12, {batch_norm: true, group: shard}]",
        settings: ["training.global_batch=9", "training.epochs=2"]),
      Case(
        name: "convolutional and conditional, batch norm, standing statistics",
        model: "classes: 5, importance_samples: 2, "
          + "encoder: [{conv: 4, kernel: 4, stride: 2, padding: 1}, "
          + "{batch_norm: true, group: global, momentum: 0.2}, {conv: 4, kernel: 4, stride: 2, padding: 1}], "
          + "decoder: [{dense: 196}, {reshape: [4, 7, 7]}, "
          + "{conv_transpose: 4, kernel: 4, stride: 2, padding: 1, bias: false}, {batch_norm: true}, "
          + "{conv_transpose: 1, kernel: 4, stride: 2, padding: 1}]",
        settings: ["evaluation={pictures: false, batch_norm: standing, standing_batches: 3}"]),
      Case(
        name: "learned variance, statistics of the batch",
        model: "likelihood: gaussian, likelihood_variance: learned, "
          + "encoder: [12, {batch_norm: true}], decoder: [12]",
        settings: ["evaluation={pictures: false, batch_norm: batch}", "data.transform=standardize"]),
      Case(
        name: "autoencoder, batch norm of shards",
        model: "encoder: [12, {batch_norm: true, activation: relu}, 4], "
          + "decoder: [12, {batch_norm: true}, 784], corruption: {kind: mask, share: 0.2}",
        family: "autoencoder"),
      Case(
        name: "autoencoder, batch norm of all shards, standing statistics, empty shards",
        model: "encoder: [12, {batch_norm: true, group: global}, 4], "
          + "decoder: [12, {batch_norm: true, group: global}, {dense: 784}, {reshape: [1, 28, 28]}]",
        settings: [
          "evaluation={pictures: false, batch_norm: standing, standing_batches: 3}",
          "training.global_batch=9", "training.epochs=2",
        ], family: "autoencoder"),
      Case(
        name: "convolutional classifier, batch norm of all shards",
        model: "encoder: [{conv: 4, kernel: 4, stride: 4}, {batch_norm: true, group: global}, 6], "
          + "objective: classification, classes: 10",
        family: "autoencoder"),
    ]

    @Test("parameters, states and metrics", arguments: cases)
    func sameBits(_ one: Case) throws {
      let trial = try Trial()
      try trial.train("1", ranks: 1, one.all)
      let (expected, metrics) = (try trial.arrays("1"), try trial.metrics("1"))
      #expect(metrics.contains { $0.kind == "evaluation" })
      #expect(expected.contains { $0.contains("running_mean") } == one.model.contains("batch_norm"))
      for ranks in [2, 3, 4, 7] {
        try trial.train("\(ranks)", ranks: ranks, one.all)
        #expect(try trial.arrays("\(ranks)") == expected, "\(ranks) ranks")
        #expect(try trial.metrics("\(ranks)") == metrics, "\(ranks) ranks")
      }
    }

    @Test("cut short in an epoch, and resumed on another number", arguments: cases)
    func resumed(_ one: Case) throws {
      let trial = try Trial()
      try trial.train("whole", ranks: 1, one.all)
      for (place, (before, after)) in [(4, 3), (2, 7)].enumerated() {
        let run = "cut \(place)"
        try trial.train(run, ranks: before, one.all + ["training.steps=\(10 + place)"])
        try trial.train(run, ranks: after, one.all)
        #expect(try trial.arrays(run) == trial.arrays("whole"))
      }
    }

    @Test("killed, and resumed on another number")
    func killed() throws {
      let trial = try Trial()
      let settings = Self.cases[2].all + ["training.epochs=40", "checkpoint.every_steps=3"]
      try trial.train("whole", ranks: 1, settings)
      let run = try trial.start("killed", ranks: 4, settings)
      let reached = waitUntil(timeout: 60) { trial.lines("killed") > 40 || !run.isRunning }
      #expect(reached && run.isRunning)
      run.killAll()
      // 23 updates an epoch.
      let step = try trial.newestStep("killed")
      #expect(step > 0 && step < 920, "step \(step)")
      try trial.train("killed", ranks: 3, settings)
      #expect(try trial.arrays("killed") == trial.arrays("whole"))
    }
  }
}
