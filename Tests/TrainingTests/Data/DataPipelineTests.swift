import DataParallel
import Datasets
import Foundation
import HDF5
import MessagePassing
import Objectives
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("From a file to batches") struct DataPipelineTests {
  /// Fractions with a column that never changes, and bytes beside them.
  private func data(_ folder: String) throws -> [[Float]] {
    let rows = (0..<57).map { row -> [Float] in
      let numbers = (0..<6).map { (row * 31 + $0 * 17) % 64 }
      return numbers.enumerated().map { $0 == 4 ? 0.25 : Float($1) / 64 }
    }
    try writeSamples(folder + "/data.h5", train: rows, test: Array(rows[..<9]))
    return rows
  }

  private func pipeline(_ folder: String, _ settings: String...) throws -> DataPipeline {
    let text = """
      data: {train: {file: "\(folder)/data.h5"}, test: {file: "\(folder)/data.h5"}}
      model: {family: rbm, hidden: 2}
      training: {global_batch: 10, shards: 3}
      """
    let read = try RunConfiguration(text: text, file: "run.yaml", settings: settings)
    let layout = ShardLayout(shards: 3)
    return try DataPipeline(
      read, layout: layout, communicator: .solo(), across: RankSum(.solo(), layout: layout),
      stored: nil)
  }

  @Test func momentsAreThoseOfNumPy() throws {
    guard Python.isReady() else { return }
    try withTemporaryFolder { folder in
      _ = try data(folder)
      for cache in ["never", "always"] {
        let moments = try pipeline(folder, "data.transform=standardize", "data.cache=\(cache)")
        guard case .standardize(let mean, let inverse) = moments.transform else {
          Issue.record("no moments")
          return
        }
        let text = try Python.call(
          "x = h5py.File(args[0])['/train/images'][()].astype('f8'); print(*x.mean(0), *x.std(0))",
          folder + "/data.h5")
        let numbers = text.split(separator: " ").map { Double($0)! }
        for column in 0..<6 {
          #expect(abs(Double(mean.pointer[column]) - numbers[column]) < 1e-6)
          let deviation = numbers[6 + column]
          let expected = deviation > 0 ? 1 / deviation : 0
          #expect(abs(Double(inverse.pointer[column]) - expected) < 1e-4)
        }
        let rows = try visits(moments.trainingLoader()).map(\.row)
        #expect(abs(rows.map { Double($0[0]) }.reduce(0, +)) < 1e-4)
        #expect(rows.allSatisfy { $0[4] == 0 }, "a dimension that never changes stays at 0")
      }
    }
  }

  @Test(
    "streamed and cached samples are the same",
    arguments: ["none", "unit", "binarize-threshold", "binarize-sample", "binarize-fixed"],
    ["shard", "global"])
  func streamedAndCached(transform: String, order: String) throws {
    try withTemporaryFolder { folder in
      _ = try data(folder)
      for memory in ["1GiB", "1B"] {
        let settings = [
          "data.transform=\(transform)", "data.order=\(order)", "data.memory=\(memory)",
        ]
        let loaders = try ["never", "always"].map { cache in
          try pipeline(folder, settings[0], settings[1], settings[2], "data.cache=\(cache)")
            .trainingLoader()
        }
        for epoch in 0..<3 {
          let seen = try loaders.map { try visits($0, epoch: epoch) }
          #expect(seen[0].map(\.id) == seen[1].map(\.id))
          #expect(seen[0].map(\.row) == seen[1].map(\.row))
          #expect(seen[0].map(\.id).sorted() == Array(0..<57))
        }
      }
    }
  }

  @Test func transformsDoWhatTheySay() throws {
    try withTemporaryFolder { folder in
      let rows = try data(folder)
      func loaded(_ transform: String, epoch: Int = 0) throws -> [Int: [Float]] {
        let loader = try pipeline(folder, "data.transform=\(transform)").trainingLoader()
        _ = try epoch > 0 ? visits(loader, epoch: 0) : []
        return Dictionary(
          uniqueKeysWithValues: try visits(loader, epoch: epoch).map { ($0.id, $0.row) })
      }
      #expect(
        try loaded("none") == Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($0, $1) }))
      #expect(try loaded("unit") == loaded("none"))
      let threshold = try loaded("binarize-threshold")
      for (id, row) in threshold { #expect(row == rows[id].map { $0 > 0.5 ? 1 : 0 }) }
      let fixed = try loaded("binarize-fixed")
      #expect(try fixed == loaded("binarize-fixed", epoch: 1), "drawn once")
      let drawn = try loaded("binarize-sample")
      #expect(drawn.values.allSatisfy { $0.allSatisfy { $0 == 0 || $0 == 1 } })
      let ones = drawn.values.reduce(Float(0)) { $0 + $1.reduce(0, +) }
      #expect(abs(ones / (57 * 6) - rows.flatMap { $0 }.reduce(0, +) / (57 * 6)) < 0.1)
    }
  }

  @Test func stretchesARange() throws {
    try withTemporaryFolder { folder in
      _ = try data(folder)
      let rows = try visits(pipeline(folder, "data.range=[-1, 3]").trainingLoader())
      #expect(rows.allSatisfy { $0.row[4] == (0.25 + 1) / 4 })
    }
  }

  @Test func evaluationSeesTheTestSetInOrder() throws {
    try withTemporaryFolder { folder in
      let rows = try data(folder)
      let seen = try visits(#require(try pipeline(folder).testLoader()))
      #expect(seen.sorted { $0.id < $1.id }.map(\.row) == Array(rows[..<9]))
      #expect(try pipeline(folder).examples(4).samples.elements == rows[..<4].flatMap { $0 })
      #expect(try pipeline(folder).examples(400).samples.shape == [9, 6])
    }
  }

  @Test func badValuesAreFoundBeforeAnythingStarts() throws {
    try withTemporaryFolder { folder in
      var rows = try data(folder)
      rows[44][2] = .nan
      try writeSamples(folder + "/data.h5", train: rows, test: Array(rows[..<9]))
      let text = message { try pipeline(folder).waitForCache(.solo()) }
      #expect(text.contains("/train/images[44]: value 2 of the sample is nan"), "\(text)")
      rows[44][2] = 1.25
      try writeSamples(folder + "/data.h5", train: rows, test: Array(rows[..<9]))
      #expect(
        message { try pipeline(folder).waitForCache(.solo()) }.contains(
          "1.25, outside 0.0 to 1.0; set data.range"))
      try pipeline(folder, "data.transform=none").waitForCache(.solo())
    }
  }

  @Test func setsAgree() throws {
    try withTemporaryFolder { folder in
      try writeSamples(folder + "/data.h5", train: [[0, 1]], test: [[0, 1, 0]])
      #expect(
        message { try pipeline(folder, "training.global_batch=3") }.contains(
          "test samples are 3 values but training samples are 2 values"))
      try writeSamples(folder + "/data.h5", train: [[0, 1]], test: [[0, 1]])
      #expect(message { try pipeline(folder) }.contains("has only 1 samples; make it smaller"))
    }
  }

  @Test func wideIntegersNeedARange() throws {
    try withTemporaryFolder { folder in
      try File.creatingAtomically(folder + "/data.h5") { file in
        for set in ["train", "test"] {
          try file.write(
            "/\(set)/images", shape: [12, 2], values: [Int16](repeating: 1023, count: 24))
        }
      }
      #expect(message { try pipeline(folder) }.contains("say with data.range which values mean 0"))
      let rows = try visits(pipeline(folder, "data.range=[0, 1023]").trainingLoader())
      #expect(rows.allSatisfy { $0.row == [1, 1] })
    }
  }
}
