import Foundation
import Reporting
import Testing

extension ParallelTests {
  /// What is looked at is the same on any number of ranks, and never ends a run.
  @Suite("Pictures and tables")
  struct Pictures {
    private static let labels = [
      "data.train.labels=/train/labels", "data.test.labels=/test/labels",
      "evaluation={pictures: true, picture_share: 1}",
    ]
    private static let classifying =
      [
        "model={family: autoencoder, encoder: [12, 6], objective: classification, classes: 5}",
        "optimizer={name: adam}",
      ] + labels
    private static let belief =
      [
        "model={family: dbn, hidden: [12, 9], classes: 5, pretraining: {epochs: 1}, sample_sweeps: 5}"
      ] + labels

    /// The files of a folder of a run, by name.
    private func files(_ trial: Trial, _ run: String, _ folder: String) throws -> [String: Data] {
      let path = trial.path(run) + "/" + folder
      let names = try FileManager.default.contentsOfDirectory(atPath: path)
      return Dictionary(
        uniqueKeysWithValues: names.map {
          ($0, FileManager.default.contents(atPath: path + "/" + $0) ?? Data())
        })
    }

    @Test("confusion matrices and pictures, bit by bit", arguments: [classifying, belief])
    func sameOnAnyRanks(settings: [String]) throws {
      let trial = try Trial()
      try trial.train("alone", ranks: nil, settings)
      let (tables, images) = try (
        files(trial, "alone", "tables"), files(trial, "alone", "images")
      )
      #expect(images.keys.contains { $0.hasPrefix("confusion-step-") })
      #expect(images.keys.contains { $0.hasPrefix("curves") })
      for ranks in [2, 3, 7] {
        try trial.train("\(ranks)", ranks: ranks, settings)
        #expect(try files(trial, "\(ranks)", "tables") == tables, "\(ranks) ranks")
        let found = try files(trial, "\(ranks)", "images")
        #expect(found.keys.sorted() == images.keys.sorted())
        for (name, bytes) in found { #expect(images[name] == bytes, "\(name), \(ranks) ranks") }
      }
    }

    @Test("without time for pictures the first and the last evaluation have some, all have tables")
    func share() throws {
      let trial = try Trial()
      try trial.train("run", ranks: 2, Self.classifying + ["evaluation.picture_share=0"])
      let tables = try files(trial, "run", "tables").keys.sorted()
      let drawn = try files(trial, "run", "images").keys.filter { $0.hasPrefix("confusion-step-") }
      #expect(tables.count == 3)
      let stems = [tables.first, tables.last].compactMap { $0?.dropLast(".json".count) }
      #expect(drawn.sorted() == stems.map { "\($0).png" })
      // Early stopping makes another evaluation the last.
      try trial.train(
        "stopped", ranks: 2,
        Self.classifying + [
          "evaluation.picture_share=0", "training.epochs=9", "optimizer.learning_rate=0",
          "training.early_stopping={patience: 1}",
        ])
      let stopped = try files(trial, "stopped", "tables").keys.sorted()
      #expect(stopped.count == 2)
      let found = try files(trial, "stopped", "images").keys.filter {
        $0.hasPrefix("confusion-step-")
      }
      #expect(found.sorted() == stopped.map { $0.dropLast(".json".count) + ".png" })
    }

    @Test("every test sample is counted once, and evaluate finds the same")
    func counts() throws {
      let trial = try Trial()
      try trial.train("run", ranks: 3, Self.classifying)
      let tables = try files(trial, "run", "tables")
      let newest = try #require(tables.keys.max())
      let table = try JSONValue(parsing: String(decoding: tables[newest]!, as: UTF8.self))
      let rows = try #require(table["values"]?.arrayValue).map { row in
        (row.arrayValue ?? []).compactMap(\.intValue)
      }
      // Labels are 7 i mod 5 of 37 samples: eight of the classes 0 and 2 (of 0 and 1 in turn), seven of others.
      let expected = (0..<5).map { label in (0..<37).count { $0 * 7 % 5 == label } }
      #expect(rows.map { $0.reduce(0, +) } == expected)
      let right = rows.indices.reduce(0) { $0 + rows[$1][$1] }
      let checkpoint = try #require(try trial.checkpoints("run").last)
      let result = try Launcher.start(["evaluate", "--json", checkpoint], ranks: 2).wait()
      let values = try JSONValue(parsing: result.output)
      #expect(values["tables"]?.arrayValue?.first == table)
      let error = try #require(values["error"]?.doubleValue)
      #expect(abs(error - 100 * Double(37 - right) / 37) < 1e-9)
    }

    @Test("what cannot be drawn is one warning: the same digest, exit code 0", arguments: [1, 3])
    func folderInTheWay(ranks: Int) throws {
      let trial = try Trial()
      try trial.train("whole", ranks: nil, Self.classifying)
      let run = trial.path("spoilt")
      try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
      // A file where the folder of tables should be.
      try Data().write(to: URL(fileURLWithPath: run + "/tables"))
      let result = try trial.train("spoilt", ranks: ranks, Self.classifying)
      let warnings = result.text.split(separator: "\n").filter { $0.contains("no more pictures") }
      #expect(warnings.count == 1, "\(result.text)")
      #expect(try trial.digest("spoilt") == trial.digest("whole"))
      #expect(try trial.metrics("spoilt") == trial.metrics("whole"))
    }
  }
}
