import Foundation
import HDF5
import Reporting
import Testing

extension CommandLineTests {
  /// General Boltzmann machines: what cannot be, and what commands make of them.
  @Suite("General Boltzmann machines") struct Boltzmann {
    private let trial: Trial
    init() throws { trial = try Trial() }

    private let model = "model={family: boltzmann, hidden: 5, chains: 7, sample_sweeps: 10}"

    private func bits(_ file: String, _ path: String) throws -> [UInt32] {
      try File(reading: trial.path + "/" + file).dataset(path).readAll(as: Float.self)
        .map(\.bitPattern)
    }

    @Test("samples, codes and evaluations are the same on any ranks")
    func commands() throws {
      #expect(try trial.train(["--quiet"], set: [model, "evaluation.pictures=true"]).status == 0)
      let checkpoint = try #require(trial.checkpoints().last)
      var all: [[[UInt32]]] = []
      var values: [JSONValue] = []
      for ranks in 1...3 {
        for words in [
          ["sample", checkpoint, "-o", "s.h5", "--count", "70", "--sweeps", "20"],
          ["sample", checkpoint, "-o", "d.h5", "--count", "30", "--from-data"],
          ["encode", checkpoint, "-o", "e.h5"],
        ] {
          let outcome = try Program.run(words, ranks: ranks, in: trial.path)
          #expect(outcome.status == 0, "\(outcome.errors)")
        }
        all.append([
          try bits("s.h5", "/samples"), try bits("d.h5", "/samples"), try bits("e.h5", "/codes"),
        ])
        values.append(try trial.json(["evaluate", checkpoint, "--json"], ranks: ranks))
        for file in ["s.h5", "d.h5", "e.h5"] {
          try FileManager.default.removeItem(atPath: trial.path + "/" + file)
        }
      }
      #expect(all[0].map(\.count) == [70 * 36, 30 * 36, 30 * 5])
      #expect(all[0] == all[1] && all[0] == all[2])
      #expect(values[0] == values[1] && values[0] == values[2])
      #expect(values[0]["clamped_pseudo_log_likelihood"] != nil)
    }

    @Test(arguments: [1, 2])
    func valuesThatUnitsCannotHave(ranks: Int) throws {
      try trial.refuseTraining(
        [model, "data.transform=standardize"], ranks: ranks,
        says: ["model.family: boltzmann takes numbers from 0 to 1"])
      try trial.refuseTraining(
        [model, "data.transform=none"], ranks: ranks,
        says: ["data.h5: /train/images[", "outside 0.0 to 1.0"])
    }

    @Test func settingsThatCannotBe() throws {
      try trial.refuseTraining(
        ["model={family: boltzmann, connections: restricted}"],
        says: ["model.connections is restricted", "set model.hidden"])
      try trial.refuseTraining(
        ["model={family: boltzmann, damping: 0.5}"],
        says: ["model.damping belongs to a machine with hidden units"])
      try trial.refuseTraining(
        ["model={family: boltzmann, hidden: 20000}"], says: ["at most 20000"])
    }

    @Test("grey data is warned of, binary data is not", arguments: ["unit", "binarize-threshold"])
    func greyData(transform: String) throws {
      let outcome = try trial.train(
        set: [model, "data.transform=\(transform)", "training.steps=1"])
      #expect(outcome.status == 0)
      let warns = outcome.errors.contains("grey") || outcome.output.contains("grey")
      #expect(warns == (transform == "unit"))
    }

    @Test func aMachineWithoutHiddenUnitsHasNoCodes() throws {
      #expect(try trial.train(["--quiet"], set: ["model={family: boltzmann}"]).status == 0)
      let checkpoint = try #require(trial.checkpoints().last)
      let outcome = try Program.run(["encode", checkpoint, "-o", "e.h5"], in: trial.path)
      #expect(outcome.status == 2 && outcome.errors.contains("boltzmann"), "\(outcome.errors)")
    }
  }
}
