import Foundation
import HDF5
import MessagePassing
import Objectives
import Tensors
import TestSupport
import Testing

@testable import Training

/// What commands make of a checkpoint.
@Suite("Trained models") struct TrainedModelTests {
  private struct Run {
    let folder: String

    /// Samples of 4 values, around `center`, in two classes.
    init(_ folder: String, center: Float) throws {
      self.folder = folder
      try File.creatingAtomically(folder + "/data.h5") { file in
        for (name, count) in [("train", 24), ("test", 8)] {
          let values = (0..<count * 4).map { center + Float(($0 * 7 + $0 / 4) % 16) / 16 }
          try file.write("/\(name)/images", shape: [count, 4], values: values)
          let labels = (0..<count).map { Int32($0 % 2) }
          try file.write("/\(name)/labels", shape: [count], values: labels)
        }
      }
    }

    func train(_ model: String, _ transform: String) throws -> String {
      let file = folder + "/run.yaml"
      try """
      data:
        train: {file: "\(folder)/data.h5", labels: /train/labels}
        test: {file: "\(folder)/data.h5", labels: /test/labels}
        transform: \(transform)
      model: {\(model)}
      training: {epochs: 2, global_batch: 6, shards: 2}
      optimizer: {name: adam}
      evaluation: {pictures: false}
      """.write(toFile: file, atomically: true, encoding: .utf8)
      let options = TrainingOptions(
        configuration: file, runDirectory: folder + "/run", isQuiet: true)
      #expect(try TrainingRun(.solo(), options).run() == .done)
      return try #require(CheckpointStore(runDirectory: folder + "/run").list().first)
    }
  }

  private func withModel(
    _ model: String, _ transform: String = "unit", center: Float = 0,
    _ body: (_ checkpoint: String, _ folder: String) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      try body(Run(folder, center: center).train(model, transform), folder)
    }
  }

  private func open(_ checkpoint: String, _ settings: String...) throws -> TrainedModel {
    try TrainedModel(.solo(), checkpoint: checkpoint, settings: settings)
  }

  private static let vae = "family: vae, latent: 2, encoder: [5], decoder: [5]"
  private static let gaussian = vae + ", likelihood: gaussian"
  private static let classifier =
    "family: autoencoder, encoder: [5, 3], objective: classification, classes: 2"
  private static let unlabelled = ["data.train.labels=null", "data.test.labels=null"]

  @Test("settings that do not suit the model are refused, as for a run")
  func check() throws {
    try withModel(Self.vae) { checkpoint, _ in
      #expect(
        message { try open(checkpoint, "data.transform=standardize") }
          .hasPrefix("model.likelihood: bernoulli takes numbers from 0 to 1"))
    }
  }

  @Test("codes of a classifier need no labels, but what it is judged by does")
  func unlabelled() throws {
    try withModel(Self.classifier) { checkpoint, _ in
      let model = try TrainedModel(.solo(), checkpoint: checkpoint, settings: Self.unlabelled)
      let codes = try #require(try model.encode(.test))
      let labelled = try #require(try open(checkpoint).encode(.test))
      #expect(codes.codes.elements == labelled.codes.elements && codes.codes.shape == [8, 3])
      #expect(codes.labels.allSatisfy { $0 < 0 } && labelled.labels == [0, 1, 0, 1, 0, 1, 0, 1])
      #expect(try open(checkpoint, "data.test.labels=null").encode(.train)?.codes.shape == [24, 3])
      #expect(message { try model.evaluate() }.contains("data.train.labels is not given"))
    }
  }

  @Test("codes of a conditional model are those of a label")
  func conditional() throws {
    try withModel(Self.vae + ", classes: 2") { checkpoint, _ in
      #expect(
        message { try open(checkpoint, "data.test.labels=null").encode(.test) }
          .contains("data.test.labels is not given"))
      let codes = try open(checkpoint).encode(.test)?.codes
      #expect(codes?.shape == [8, 2])
    }
  }

  @Test("only chains can start at samples")
  func starts() throws {
    try withModel(Self.vae) { checkpoint, _ in
      for count in [2, 100] {
        let text = message {
          try open(checkpoint).sample(DrawOptions(count: count, fromData: true))
        }
        #expect(text.contains("--from-data is for models that sample by chains"), "\(text)")
      }
    }
    try withModel("family: rbm, hidden: 3") { checkpoint, _ in
      let drawn = try open(checkpoint).sample(DrawOptions(count: 3, fromData: true))
      #expect(drawn?.samples.shape == [3, 4])
    }
  }

  @Test("samples of a standardised model are written in the scale of the file")
  func standardised() throws {
    try withModel(Self.gaussian, "standardize", center: 100) { checkpoint, folder in
      let model = try open(checkpoint)
      let drawn = try #require(try model.sample(DrawOptions(count: 9)))
      #expect(drawn.samples.elements.allSatisfy { abs($0) < 20 })
      try model.write(drawn, to: folder + "/drawn.h5")
      let values = try File(reading: folder + "/drawn.h5").dataset("/samples")
        .readAll(as: Float.self)
      let mean = try #require(model.checkpoint["/state/transform/mean"]).values
      let inverse = try #require(
        model.checkpoint["/state/transform/inverse_deviation"]
      ).values
      for (place, value) in values.enumerated() {
        let column = place % 4
        let expected = mean[column] + drawn.samples.pointer[place] / inverse[column]
        #expect(abs(value - expected) < 1e-3 && value > 80)
      }
    }
  }

  @Test("pictures of samples of any scale show them, and are not white")
  func anyScale() throws {
    try withModel(Self.gaussian, "none", center: 100) { checkpoint, folder in
      let model = try open(checkpoint)
      let pictures = try [false, true].map { isTurned -> Data in
        let values = (0..<32).map { Float(isTurned ? 31 - $0 : $0) + 100 }
        let drawn = DrawnSamples(
          samples: Tensor(shape: [8, 4], elements: values), classes: [])
        try model.write(drawn, to: folder + "/drawn.png")
        return try #require(FileManager.default.contents(atPath: folder + "/drawn.png"))
      }
      #expect(pictures[0] != pictures[1])
    }
  }
}
