import Datasets
import Foundation
import HDF5
import MessagePassing
import Objectives
import Optimizers
import Reporting
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Runs of autoencoders") struct AutoencoderRunTests {
  /// Runs `body` in a new folder with the data.
  private func withBars<Result>(_ body: (String) throws -> Result) throws -> Result {
    try withTemporaryFolder { folder in
      try writeBars(folder + "/bars.h5")
      return try body(folder)
    }
  }

  /// Pictures of 4 × 4 in which one of four bars is bright; the label says which.
  private func writeBars(_ path: String) throws {
    try File.creatingAtomically(path) { file in
      for (name, count) in [("train", 120), ("test", 40)] {
        let draws = Tensor(count, 16)
        RandomStream(seed: UInt64(count), purpose: .sampling).uniform(item: 0, into: draws.buffer)
        let values = (0..<count * 16).map { i in
          let isBright = i % 16 / 4 == i / 16 % 4
          return draws.pointer[i] * 0.2 + (isBright ? 0.8 : 0)
        }
        try file.write("/\(name)/images", shape: [count, 4, 4], values: values)
        try file.write("/\(name)/labels", shape: [count], values: (0..<count).map { UInt8($0 % 4) })
      }
    }
  }

  private func train(_ folder: String, _ run: String, _ model: String, _ settings: String...) throws
    -> [MetricsLog.Record]
  {
    let file = folder + "/bars.yaml"
    try """
    data:
      train: {file: "\(folder)/bars.h5", labels: /train/labels}
      test: {file: "\(folder)/bars.h5", labels: /test/labels}
    model: {family: autoencoder, \(model)}
    training: {epochs: 40, global_batch: 24, shards: 3}
    optimizer: {name: adam, learning_rate: 0.01}
    evaluation: {every_epochs: 10}
    """.write(toFile: file, atomically: true, encoding: .utf8)
    let options = TrainingOptions(
      configuration: file, settings: settings, runDirectory: "\(folder)/\(run)", isQuiet: true)
    #expect(try TrainingRun(.solo(), options).run() == .done)
    return try MetricsLog.read("\(folder)/\(run)/metrics.jsonl")
      .filter { $0.kind == "evaluation" }
  }

  /// The evaluations of a classifier whose model has these settings too.
  private func trainClassifier(_ model: String) throws -> [MetricsLog.Record] {
    try withBars { folder in
      try train(folder, "classifier", model + ", objective: classification, classes: 4")
    }
  }

  @Test("a stack of machines, unrolled, starts from what they learned and gets better")
  func machines() throws {
    try withBars { folder in
      let model =
        "encoder: [8, {dense: 3, activation: none}], pretraining: {method: rbm, epochs: 30, "
        + "optimizer: {name: momentum, learning_rate: 0.1}}"
      let found = try train(folder, "stack", model)
      #expect(Set(found.map(\.stage)) == ["rbm-1", "rbm-2", "fine-tuning"])
      let errors = found.filter { $0.stage == "fine-tuning" }.compactMap { $0["squared_error"] }
      #expect(errors.count == 4 && errors.last! < 0.6 * errors.first!, "\(errors)")
      // What reconstructs nothing but the mean is off by 4 · 3 · 0.2² … 1.9.
      #expect(errors.last! < 0.5, "\(errors)")
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/stack/images")
      #expect(names.contains { $0.hasPrefix("reconstructions-") })
      #expect(names.contains { $0.hasPrefix("filters-") })
      #expect(names.contains { $0.hasPrefix("dictionary-") })

      // At its first step fine-tuning has what the machines have learned.
      let start = try Checkpoint(
        reading: #require(
          CheckpointStore(runDirectory: "\(folder)/stack").list().first))
      let weights = try #require(start["/parameters/pretraining/2/weights"])
      #expect(weights.shape == [3, 8])
      _ = try train(folder, "start", model, "training.steps=301")
      let first = try Checkpoint(
        reading: #require(
          CheckpointStore(runDirectory: "\(folder)/start").list().first))
      let up = try #require(first["/parameters/encoder/0/weights"]).values
      let machine = try #require(first["/parameters/pretraining/1/weights"]).values
      // One update of Adam moves a weight by its rate at most.
      #expect(zip(up, machine).allSatisfy { abs($0 - $1) <= 0.011 })
      #expect(up != machine)
    }
  }

  @Test("what the whole is judged by can decide, though machines do not measure it")
  func decisions() throws {
    try withBars { folder in
      let found = try train(
        folder, "judged", "encoder: [5], pretraining: {method: rbm, epochs: 1}",
        "training.early_stopping={metric: squared_error, patience: 3}", "training.epochs=2",
        "optimizer.plateau={metric: cross_entropy, mode: min}", "evaluation.every_epochs=1")
      #expect(found.map(\.stage) == ["rbm-1", "fine-tuning", "fine-tuning"])
      let text = message {
        try train(
          folder, "bad", "encoder: [5], pretraining: {method: rbm}",
          "optimizer.plateau={metric: free_energy, mode: min}")
      }
      #expect(text.contains("but an evaluation gives loss, squared_error"), "\(text)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/bad"))
    }
  }

  @Test("stacked denoising autoencoders learn to classify")
  func stacked() throws {
    let found = try trainClassifier(
      "encoder: [12, 6], corruption: {kind: mask, share: 0.2}, "
        + "pretraining: {method: autoencoder, epochs: 20}")
    let last = try #require(found.last)
    #expect(last.stage == "fine-tuning")
    #expect(last["error"] == 0 && last["cross_entropy"]! < 0.3, "\(last.metrics)")
    let layers = found.filter { $0.stage == "autoencoder-1" }.compactMap { $0["squared_error"] }
    #expect(layers.count == 2 && layers[1] < layers[0])
  }

  @Test("the pictures of sparse, denoising codes")
  func pictures() throws {
    try withBars { folder in
      let activities = try [0, 0.5].map { (weight: Double) -> Double in
        try train(
          folder, weight == 0 ? "dense" : "sparse",
          "encoder: [24], corruption: {kind: gaussian, deviation: 0.2}, "
            + "sparsity: {kind: kl, weight: \(weight), target: 0.1}"
        ).last.flatMap { $0["mean_activity"] } ?? .nan
      }
      #expect(activities[0] > 0.3 && abs(activities[1] - 0.1) < 0.07, "\(activities)")
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/sparse/images")
      #expect(names.contains { $0.hasPrefix("denoised-") })
      #expect(names.contains { $0.hasPrefix("atoms-") })
    }
  }

  @Test("a model that does not fit its data leaves nothing, before a stage is trained")
  func nothingWritten() throws {
    try withBars { folder in
      for model in [
        "encoder: [5], decoder: [7, 15]",
        "encoder: [5, 4], pretraining: {method: rbm}, contraction: {weight: 1, form: closed}",
      ] {
        let text = message { try train(folder, "bad", model) }
        #expect(text.contains("layer "), "\(text)")
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/bad"))
      }
    }
  }

  @Test("bytes as they are, where numbers from 0 to 1 are meant, leave nothing")
  func bytes() throws {
    try withTemporaryFolder { folder in
      try File.creatingAtomically(folder + "/bars.h5") { file in
        for (name, count) in [("train", 48), ("test", 24)] {
          let values = (0..<count * 16).map { UInt8($0 * 37 % 256) }
          try file.write("/\(name)/images", shape: [count, 4, 4], values: values)
          try file.write("/\(name)/labels", shape: [count], values: values.prefix(count).map { $0 })
        }
      }
      let (raw, few) = ("data.transform=none", "training.epochs=1")
      for model in [
        "encoder: [5]", "encoder: [5], loss: squared, output: sigmoid",
        "encoder: [5], loss: squared, pretraining: {method: rbm}",
      ] {
        let text = message { _ = try train(folder, "bad", model, raw, few) }
        #expect(text.contains("outside 0.0 to 1.0"), "\(model): \(text)")
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/bad"))
      }
      _ = try train(folder, "good", "encoder: [5], loss: squared", raw, few)
    }
  }

  @Test("a classifier on convolutions needs no decoder")
  func convolutionalClassifier() throws {
    let found = try trainClassifier(
      "encoder: [{conv: 4, kernel: 2, stride: 2}, {batch_norm: true, group: global}, 6]")
    let last = try #require(found.last)
    #expect(last["error"] == 0, "\(last.metrics)")
  }

  @Test("the decoder ends in the layer before a reshape")
  func reshaped() throws {
    try withBars { folder in
      let models = ["decoder: [7, 16]", "decoder: [7, 16, {reshape: [1, 4, 4]}]"]
      let losses = try models.enumerated().map { place, decoder in
        try train(folder, "\(place)", "encoder: [5], \(decoder)", "training.epochs=10")
          .map { $0["loss"] }
      }
      #expect(losses[0] == losses[1] && losses[0].count == 1)
    }
  }
}
