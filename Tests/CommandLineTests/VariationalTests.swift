import Foundation
import HDF5
import Reporting
import Testing

extension CommandLineTests {
  /// Variational autoencoders: what cannot be, and what commands make of labels.
  @Suite("Variational autoencoders") struct Variational {
    private let trial: Trial
    init() throws { trial = try Trial() }

    /// A small model, with other settings of its own and of the run.
    private func settings(
      _ model: KeyValuePairs<String, String> = [:], _ others: [String] = []
    ) -> [String] {
      let small = "model={family: vae, latent: 2, encoder: [8], decoder: [8]}"
      return [small, "optimizer={name: adam}"] + model.map { "model.\($0.key)=\($0.value)" }
        + others
    }

    @Test(arguments: [1, 3])
    func missingLabels(ranks: Int) throws {
      try trial.refuseTraining(
        settings(["classes": "10"], ["data.train.labels=null"]), ranks: ranks,
        says: ["data.train.labels is not given", "10 classes", "data.h5", "/train/labels"])
      try trial.refuseTraining(
        settings(["classes": "10"], ["data.test.labels=null"]), ranks: ranks,
        says: ["data.test.labels is not given"])
    }

    @Test(arguments: [1, 3])
    func labelsOutOfRange(ranks: Int) throws {
      // Labels are 0 … 9, over and over.
      try trial.refuseTraining(
        settings(["classes": "7"]), ranks: ranks,
        says: ["data.h5: /train/labels[7]: the label is 7", "labels from 0 to 6"])
    }

    @Test func settingsThatCannotBe() throws {
      try trial.refuseTraining(
        settings(["latent": "0"]), says: ["model.latent is '0' but must be a whole number from 1"])
      try trial.refuseTraining(
        settings(["activation": "rleu"]),
        says: ["model.activation is 'rleu'", "did you mean 'relu'?"])
      try trial.refuseTraining(
        settings(["decoder": "[{dense: 4, width: 3}]"]), says: ["model.decoder[0].width"])
      try trial.refuseTraining(
        settings(["decoder": "[{dense: 4, dropout: 0.5}]"]),
        says: ["model.decoder[0] names dense and dropout"])
      try trial.refuseTraining(
        settings(["decoder": "[{dropuot: 0.5}]"]),
        says: ["model.decoder[0] names no layer", "batch_norm", "lstm"])
      try trial.refuseTraining(
        settings(["encoder": "[{batch_norm: true, group: rank}]"]),
        says: ["model.encoder[0].group is 'rank' but must be one of shard, global"])
      try trial.refuseTraining(
        settings(["likelihood_variance": "2"]), says: ["belongs to likelihood: gaussian"])
      try trial.refuseTraining(
        settings(["sample_classes": "[3]"]), says: ["belongs to a model of classes"])
      try trial.refuseTraining(
        settings(["classes": "10", "sample_classes": "[3, 10]"]), says: ["classes from 0 to 9"])
    }

    @Test func stacksThatDoNotFit() throws {
      try trial.refuseTraining(
        settings(["encoder": "[{conv: 4, kernel: 9}]"]),
        says: [
          "layer encoder/0: expected images that windows [9, 9] fit into, found [1, 6, 6]"
        ])
      try trial.refuseTraining(
        settings(["decoder": "[{dense: 8}, {conv_transpose: 1, kernel: 3}]"]),
        says: ["layer decoder/1: expected samples of shape [8, any, any], found [8]"])
      try trial.refuseTraining(
        settings(["decoder": "[8, {dense: 36, activation: sigmoid}]"]),
        says: ["model.decoder[1] names an activation", "logits"])
      try trial.refuseTraining(
        settings(["decoder": "[8, {dense: 36, activation: sigmoid}, {reshape: [1, 6, 6]}]"]),
        says: ["model.decoder[1] names an activation", "logits"])
    }

    @Test(arguments: [1, 2])
    func valuesThatABernoulliDecoderDoesNotTake(ranks: Int) throws {
      try trial.refuseTraining(
        settings([:], ["data.transform=standardize"]), ranks: ranks,
        says: ["model.likelihood: bernoulli takes numbers from 0 to 1"])
      try trial.refuseTraining(
        settings([:], ["data.transform=none"]), ranks: ranks,
        says: ["data.h5: /train/images[", "outside 0.0 to 1.0", "data.transform: unit"])
      let floats = ["data.train.images=/train/floats", "data.test.images=/test/floats"]
      let run = try trial.train(
        set: settings([:], floats + ["data.transform=none"]), ranks: ranks)
      #expect(run.status == 0, "\(run.errors)")
    }

    private func draw(_ arguments: [String], ranks: Int = 1) throws -> (Set<Int32>, [Float]) {
      let outcome = try Program.run(
        ["sample", trial.checkpoints().last!, "--output", "drawn.h5"] + arguments, ranks: ranks,
        in: trial.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let file = try File(reading: trial.path + "/drawn.h5")
      let labels = try file.dataset("/labels").readAll(as: Int32.self)
      #expect(try file.dataset("/samples").shape == [labels.count, 1, 6, 6])
      return (Set(labels), try file.dataset("/samples").readAll(as: Float.self))
    }

    @Test func samplesOfClasses() throws {
      #expect(
        try trial.train(
          set: settings(["classes": "10", "encoder": "[8, {batch_norm: true, group: global}]"])
        ).status == 0)
      let (classes, alone) = try draw(["--classes", "3,5,7", "--count", "50"])
      #expect(classes == [3, 5, 7] && alone.count == 150 * 36)
      #expect(alone.allSatisfy { $0 > 0 && $0 < 1 })
      #expect(try draw(["--classes", "3,5,7", "--count", "50"], ranks: 3).1 == alone)
      #expect(try draw([]).0 == Set(0..<10))
      #expect(try draw(["--classes", "7,5,3", "--count", "50"]).1 != alone)
      let checkpoint = trial.checkpoints().last!
      try trial.refuse(
        ["sample", checkpoint, "--classes", "3,12"], says: ["class 12", "from 0 to 9"])
      try trial.refuse(["sample", checkpoint, "--classes", "3;4"], says: ["such as 3,5,7"])
      for ranks in [1, 3] {
        let outcome = try Program.run(
          ["evaluate", checkpoint, "--json"], ranks: ranks, in: trial.path)
        #expect(outcome.status == 0 && outcome.output.contains("negative_elbo"))
      }
    }

    @Test func classesOfAModelWithout() throws {
      #expect(try trial.train(set: settings([:])).status == 0)
      try trial.refuse(
        ["sample", trial.checkpoints().last!, "--classes", "3"],
        says: ["--classes is for models that take labels", "leave --classes out"])
    }

    @Test func pictures() throws {
      let run = try trial.train(
        set: settings(
          ["classes": "10", "sample_classes": "[3, 7]"], ["evaluation={every_epochs: 2}"]))
      #expect(run.status == 0, "\(run.errors)")
      let names = trial.scratch.files("run/images").map { $0.prefix { $0 != "-" } }
      #expect(
        Set(names) == [
          "samples", "reconstructions", "traversals", "interpolations", "codes", "curves.png",
        ])
      let plane = try trial.train(
        set: settings([:], ["evaluation={every_epochs: 2}"]), run: "plane")
      #expect(plane.status == 0, "\(plane.errors)")
      #expect(trial.scratch.files("plane/images").contains { $0.hasPrefix("manifold-") })
    }

    /// The checkpoint holds running statistics; standing ones are made for each command.
    @Test func standingStatistics() throws {
      let model: KeyValuePairs = [
        "encoder": "[8, {batch_norm: true}]", "decoder": "[8, {batch_norm: true}]",
      ]
      let standing = ["evaluation={pictures: false, batch_norm: standing, standing_batches: 3}"]
      #expect(try trial.train(set: settings(model, standing)).status == 0)
      let checkpoint = trial.checkpoints().last!
      func elbo(_ arguments: [String], ranks: Int = 1) throws -> Double {
        let value = try trial.json(["evaluate", checkpoint, "--json"] + arguments, ranks: ranks)
        return try #require(value["negative_elbo"]?.doubleValue)
      }
      let (one, three) = (try elbo([]), try elbo([], ranks: 3))
      #expect(one == three)
      #expect(try elbo(["--set", "evaluation.batch_norm=running"]) != one)
      let lines = try String(contentsOfFile: trial.path + "/run/metrics.jsonl", encoding: .utf8)
      #expect(lines.contains("\"negative_elbo\":\(one)"))
    }
  }
}
