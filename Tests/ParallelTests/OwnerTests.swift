import Foundation
import Testing

extension ParallelTests {
  /// A parameter is moved by one rank, and its optimizer's state is there only; a checkpoint holds all of it.
  @Suite("Owners of parameters")
  struct OwnerTests {
    static let optimizers = [
      "{name: adam, learning_rate: 0.01, weight_decay: 0.001}",
      "{name: momentum, learning_rate: 0.05, momentum: 0.5}",
      // These need all gradients, or are looked at, on all ranks.
      "{name: adam, learning_rate: 0.01, clip_norm: 0.5}",
      "{name: adam, learning_rate: 0.01, averaging: 0.9}",
    ]
    /// More parameters than a bucket of either transport holds, and layers that end inside one.
    private static let model =
      "model={family: vae, latent: 5, encoder: [300, 71], decoder: [71, 300]}"

    private func settings(_ optimizer: String) -> [String] {
      [Self.model, "optimizer=\(optimizer)", "training.epochs=2", "checkpoint.every_steps=1"]
    }

    /// All that is in the checkpoints of a run: parameters, optimizer, place.
    private func contents(_ trial: Trial, _ run: String) throws -> [Data] {
      try trial.checkpoints(run).map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
    }

    @Test(
      "whole checkpoints are those of one rank", arguments: optimizers, Transport.allCases)
    func checkpoints(optimizer: String, transport: Transport) throws {
      let trial = try Trial()
      let settings = settings(optimizer)
      try trial.train("alone", ranks: nil, settings)
      let alone = try contents(trial, "alone")
      #expect(Set(alone).count > 1)
      for ranks in [1, 2, 3, 4, 5, 7] {
        try trial.train("\(ranks)", ranks: ranks, settings, transport: transport)
        #expect(try contents(trial, "\(ranks)") == alone, "\(ranks) ranks")
      }
    }

    @Test(
      "statistics pass by the owners of the gradients beside them",
      arguments: ["data", "model-and-data"], Transport.allCases)
    func statistics(centering: String, transport: Transport) throws {
      let trial = try Trial()
      let settings = [
        "model.hidden=90", "model.centering=\(centering)", "model.sparsity={cost: 0.1}",
        "training.epochs=2", "checkpoint.every_steps=3",
      ]
      try trial.train("alone", ranks: nil, settings)
      let alone = try contents(trial, "alone")
      for ranks in [2, 3, 5] {
        try trial.train("\(ranks)", ranks: ranks, settings, transport: transport)
        #expect(try contents(trial, "\(ranks)") == alone, "\(ranks) ranks")
      }
    }

    @Test(
      "killed and resumed on other numbers of ranks", arguments: optimizers.prefix(2),
      Transport.allCases)
    func killed(optimizer: String, transport: Transport) throws {
      let trial = try Trial()
      let settings =
        settings(optimizer) + ["training.epochs=20", "evaluation.every_epochs=10"]
      try trial.train("whole", ranks: nil, settings)
      // 7 updates an epoch, each of which writes a line of metrics.
      for (ranks, lines) in [(3, 10), (2, 40), (5, 70)] {
        let run = try trial.start("killed", ranks: ranks, settings, transport: transport)
        let reached = waitUntil(timeout: 60) { trial.lines("killed") > lines || !run.isRunning }
        #expect(reached && run.isRunning)
        run.killAll()
      }
      try trial.train("killed", ranks: 4, settings, transport: transport)
      #expect(try contents(trial, "killed") == contents(trial, "whole"))
    }
  }
}
