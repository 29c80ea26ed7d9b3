import Foundation
import HDF5
import Reporting
import Testing

extension CommandLineTests {
  /// Deep belief networks: what cannot be, and what commands make of them.
  @Suite("Deep belief networks") struct BeliefNetworks {
    private let trial: Trial
    init() throws { trial = try Trial() }

    private func settings(
      _ model: KeyValuePairs<String, String> = [:], _ others: [String] = []
    ) -> [String] {
      ["model={family: dbn, hidden: [8, 6], pretraining: {epochs: 1}}"]
        + model.map { "model.\($0.key)=\($0.value)" } + others
    }

    @Test func settingsThatCannotBe() throws {
      try trial.refuseTraining(
        settings(["hidden": "[8]"]), says: ["model.hidden names one layer", "family: rbm"])
      try trial.refuseTraining(
        settings(["hidden": "[8, -1]"]), says: ["model.hidden must be widths of layers"])
      try trial.refuseTraining(
        settings(["fine_tuning": "classify"]), says: ["model.classes is missing"])
      try trial.refuseTraining(
        settings(["fine_tuning": "none", "gibbs_steps": "3"]),
        says: ["model.gibbs_steps belongs to fine_tuning: up-down"])
      try trial.refuseTraining(
        settings(["pretraining": "{layer_3: {epochs: 1}}"]),
        says: ["unknown key 'model.pretraining.layer_3'", "did you mean"])
      try trial.refuseTraining(
        settings(["pretraining": "{layer_2: {chains: 3}}"]),
        says: ["model.pretraining.layer_2.chains belongs to sampler: pcd"])
      try trial.refuseTraining(
        settings([:], ["data.transform=standardize"]),
        says: ["model.visible: bernoulli takes numbers from 0 to 1", "model.visible: gaussian"])
    }

    @Test(arguments: [1, 3])
    func labelsThatCannotBe(ranks: Int) throws {
      try trial.refuseTraining(
        settings(["classes": "10"], ["data.train.labels=null"]), ranks: ranks,
        says: ["data.train.labels is not given", "10 classes"])
      try trial.refuseTraining(
        settings(["classes": "7"]), ranks: ranks, says: ["the label is 7", "labels from 0 to 6"])
    }

    @Test func commands() throws {
      let run = try trial.train(
        set: settings(["classes": "10", "sample_sweeps": "3"], ["evaluation={every_epochs: 2}"]))
      #expect(run.status == 0, "\(run.errors)")
      let names = trial.scratch.files("run/images").map { $0.prefix { $0 != "-" } }
      #expect(
        Set(names) == ["filters", "reconstructions", "samples", "confusion", "curves"])
      let checkpoint = trial.checkpoints().last!
      let value = try trial.json(["evaluate", checkpoint, "--json"])
      #expect(try #require(value["error_rate"]?.doubleValue) <= 100)
      let drawn = try [1, 3].map { ranks in
        let outcome = try Program.run(
          [
            "sample", checkpoint, "--classes", "3,5", "--count", "40", "--sweeps", "5",
            "--output", "drawn.h5",
          ], ranks: ranks, in: trial.path)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let file = try File(reading: trial.path + "/drawn.h5")
        #expect(try Set(file.dataset("/labels").readAll(as: Int32.self)) == [3, 5])
        return try file.dataset("/samples").readAll(as: Float.self)
      }
      #expect(drawn[0].count == 80 * 36 && drawn[0] == drawn[1])
      try trial.refuse(
        ["sample", checkpoint, "--temperatures", "3"],
        says: ["--temperatures is for restricted Boltzmann machines"])
    }

    @Test func drawnCodes() throws {
      let run = try trial.train(set: settings(["classes": "10"], ["evaluation={pictures: false}"]))
      #expect(run.status == 0, "\(run.errors)")
      func codes(_ ranks: Int, _ values: String) throws -> [Float] {
        let outcome = try Program.run(
          [
            "encode", trial.checkpoints().last!, "--output", "codes.h5", "--set",
            "model.evaluation_up_pass=\(values)",
          ], ranks: ranks, in: trial.path)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try File(reading: trial.path + "/codes.h5").dataset("/codes").readAll(
          as: Float.self)
      }
      let states = try codes(1, "samples")
      #expect(states.contains(0) && states.contains(1) && states.allSatisfy { $0 == 0 || $0 == 1 })
      #expect(try codes(3, "samples") == states)
      #expect(try codes(2, "probabilities").allSatisfy { $0 > 0 && $0 < 1 })
    }

    @Test(arguments: [[], ["model={family: dbn, hidden: [8, 6], pretraining: {epochs: 1}}"]])
    func completions(model: [String]) throws {
      let run = try trial.train(set: model + ["evaluation={pictures: false}"])
      #expect(run.status == 0, "\(run.errors)")
      let checkpoint = trial.checkpoints().last!
      let command = ["complete", checkpoint, "--count", "3", "--sweeps", "4", "--occlude"]
      for (part, ranks) in [("left", 1), ("rows:1-2", 2), ("columns:0-4", 3)] {
        let outcome = try Program.run(command + [part], ranks: ranks, in: trial.path)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(trial.scratch.has("completions.png"))
      }
      try trial.refuse(command + ["rows:0-5"], says: ["--occlude must hide a part"])
      try trial.refuse(command + ["rows:3-1"], says: ["--occlude is left, right"])
      try trial.refuse(
        ["complete", checkpoint, "--occlude", "left", "--count", "1000", "--completions", "101"],
        says: ["--count times --completions is 101000, but at most 100,000"])
    }

    /// Guessing errs on nine of ten.
    @Test func errorOfTheEmbeddedSample() throws {
      let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
      let data = root + "/configs/sample/fashion-mnist-sample.h5"
      let words = [
        "data.train.file=\(data)", "data.test.file=\(data)", "training.epochs=2",
        "model.pretraining.epochs=5", "evaluation={every_epochs: 5, pictures: false}",
      ]
      let outcome = try Program.run(
        ["train", root + "/configs/dbn-sample.yaml", "--run-dir", trial.path + "/sample"]
          + words.flatMap { ["--set", $0] }, in: trial.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let value = try trial.json(["evaluate", trial.checkpoints("sample").last!, "--json"])
      #expect(try #require(value["error_rate"]?.doubleValue) < 35)
    }
  }
}
