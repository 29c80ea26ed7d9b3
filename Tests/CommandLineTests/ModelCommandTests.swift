import Foundation
import HDF5
import Reporting
import Testing

extension CommandLineTests {
  /// evaluate, sample, encode, inspect: the same on any number of ranks.
  @Suite("Commands for checkpoints") struct Checkpoints {
    private let trial: Trial
    private let checkpoint: String
    init() throws {
      trial = try Trial()
      #expect(try trial.train(["--quiet"]).status == 0)
      checkpoint = try #require(trial.checkpoints().last)
    }

    private func values(_ file: String, _ path: String) throws -> (shape: [Int], bits: [UInt32]) {
      let dataset = try File(reading: trial.path + "/" + file).dataset(path)
      return (dataset.shape, try dataset.readAll(as: Float.self).map(\.bitPattern))
    }

    @Test func evaluationIsThatOfTheRun() throws {
      let last = try #require(
        try MetricsLog.read(trial.path + "/run/metrics.jsonl").last { $0.kind == "evaluation" })
      for ranks in 1...3 {
        let found = try trial.json(["evaluate", checkpoint, "--json"], ranks: ranks)
        #expect(found == .object(last.metrics), "\(ranks) ranks")
      }
      let table = try Program.run(["evaluate", checkpoint], in: trial.path)
      #expect(table.output.contains("reconstruction_error") && table.errors.isEmpty)
    }

    @Test func evaluationOfOtherData() throws {
      let same = try trial.json(
        ["evaluate", checkpoint, "--json", "--set", "data.test.images=/test/images"])
      let other = try trial.json(
        [
          "evaluate", checkpoint, "--json", "--set", "data.test.images=/train/images", "--set",
          "data.test.labels=null",
        ])
      #expect(same != other)
    }

    @Test(arguments: [[], ["--from-data"]])
    func samplesAreTheSameOnAnyRanks(arguments: [String]) throws {
      var all: [[UInt32]] = []
      for ranks in 1...3 {
        let outcome = try Program.run(
          ["sample", checkpoint, "-o", "s\(ranks).h5", "--count", "30", "--sweeps", "20"]
            + arguments,
          ranks: ranks, in: trial.path)
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        let (shape, bits) = try values("s\(ranks).h5", "/samples")
        #expect(shape == [30, 1, 6, 6])
        all.append(bits)
      }
      #expect(all[0] == all[1] && all[0] == all[2])
    }

    @Test func exchangesAreTold() throws {
      let lines = try [1, 3].map { ranks in
        let outcome = try Program.run(
          ["sample", checkpoint, "--temperatures", "3", "--count", "130", "--sweeps", "9"],
          ranks: ranks, in: trial.path)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return outcome.output
      }
      #expect(lines[0].contains("exchanges taken between neighbouring temperatures: "))
      #expect(lines[0] == lines[1])
      let plain = try Program.run(["sample", checkpoint, "--sweeps", "2"], in: trial.path)
      #expect(!plain.output.contains("exchanges"))
    }

    @Test func seedsAndStartsDiffer() throws {
      for (name, more) in [("a", []), ("b", ["--seed", "2"]), ("c", ["--from-data"])] {
        let words = ["sample", checkpoint, "-o", "\(name).h5", "--count", "30", "--sweeps", "1"]
        #expect(try Program.run(words + more, in: trial.path).status == 0)
      }
      let bits = try ["a", "b", "c"].map { try values("\($0).h5", "/samples").bits }
      #expect(Set(bits).count == 3)
      #expect(try Program.run(["sample", checkpoint, "--sweeps", "2"], in: trial.path).status == 0)
      #expect(trial.scratch.has("samples.png"))
    }

    @Test func codesAreThoseOfNumPy() throws {
      for split in ["test", "train"] {
        var all: [[UInt32]] = []
        for ranks in 1...3 {
          let outcome = try Program.run(
            ["encode", checkpoint, "-o", "c\(ranks).h5", "--split", split], ranks: ranks,
            in: trial.path)
          #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
          let (shape, bits) = try values("c\(ranks).h5", "/codes")
          #expect(shape == [split == "test" ? 30 : 80, 8])
          all.append(bits)
        }
        #expect(all[0] == all[1] && all[0] == all[2])
        guard try Python.has("h5py, numpy") else { return }
        let worst = try Python.call(
          """
          import h5py, numpy as np, sys
          p, d, c = h5py.File(sys.argv[1])['parameters'], h5py.File('data.h5')[sys.argv[2]], h5py.File('c1.h5')
          x = d['images'][()].reshape(len(d['images']), -1) / 255.0
          codes = 1 / (1 + np.exp(-(x @ p['weights'][()].T.astype('f8') + p['hidden_bias'][()])))
          assert (c['labels'][()] == d['labels'][()]).all()
          print(abs(codes - c['codes'][()]).max())
          """, [checkpoint, split], in: trial.path)
        #expect(try #require(Double(worst.trimmingCharacters(in: .whitespacesAndNewlines))) < 1e-5)
      }
    }

    @Test func inspection() throws {
      let json = try trial.json(["inspect", checkpoint, "--json"])
      #expect(json["kind"]?.stringValue == "checkpoint" && json["step"]?.intValue == 14)
      #expect(json["digest"]?.stringValue?.hasPrefix("sha256:") == true)
      #expect(json["family"]?.stringValue == "rbm")
      let text = try Program.run(["inspect", checkpoint], in: trial.path).output
      #expect(text.contains("/parameters/weights") && text.contains("8 × 36"))
      #expect(text.contains(json["digest"]?.stringValue ?? "?"))
      let data = try trial.json(["inspect", "data.h5", "--json"])
      #expect(data == (try trial.json(["data", "inspect", "data.h5", "--json"])))
      #expect(try Program.run(["inspect", "data.h5"], in: trial.path).output.contains("80×6×6"))
    }

    @Test(arguments: ["evaluate", "sample", "encode"])
    func badCheckpoints(command: String) throws {
      try trial.refuse([command, "nowhere.h5"], says: ["nowhere.h5 does not exist"])
      try trial.refuse([command, "data.h5"], says: ["no checkpoint of swift-dist-train"])
      try trial.refuse([command, "run.yaml"], says: ["run.yaml: damaged or not a checkpoint"])
      try trial.refuse([command, "."], says: ["cannot be read"])
      try trial.refuse(
        [command, checkpoint, "--set", "model.hidden=9"], says: ["it is of another model"])
      try trial.refuse([command, checkpoint], ranks: 5, says: ["5 ranks cannot share 4"])
    }

    @Test func badRequests() throws {
      try trial.refuse(["inspect", "nowhere.h5"], says: ["no such file"])
      try trial.refuse(["inspect", "run.yaml"], says: ["it is not an HDF5 file"])
      let noTest = ["--set", "data.test=null"]
      try trial.refuse(
        ["evaluate", checkpoint, "--tables", "\(checkpoint)/tables"], ranks: 2,
        says: ["is no folder that you may write in"])
      try trial.refuse(["evaluate", checkpoint] + noTest, ranks: 2, says: ["there is no test set"])
      try trial.refuse(["encode", checkpoint] + noTest, says: ["there is no test set"])
      try trial.refuse(
        ["sample", checkpoint, "--from-data"] + noTest, says: ["there is no test set"])
      try trial.refuse(
        ["sample", checkpoint, "--from-data", "--count", "31"], says: ["has only 30 samples"])
      try trial.refuse(
        ["evaluate", checkpoint, "--set", "data.test.file=nowhere.h5"], says: ["no such file"])
      for command in ["encode", "sample"] {
        try trial.refuse(
          [command, checkpoint, "-o", "nowhere/x.h5"], ranks: 2, says: ["cannot write nowhere/x.h5"]
        )
      }
    }
  }
}
