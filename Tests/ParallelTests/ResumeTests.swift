import Foundation
import Reporting
import Testing

/// What a run goes on from, and what it refuses to.
extension ParallelTests {
  @Suite("Resumed")
  struct ResumeTests {
    /// What damages a file of so many bytes.
    enum Damage: CaseIterable {
      case truncated, flipped, empty, flippedAttribute

      func apply(to path: String) throws {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        switch self {
        case .truncated: bytes.removeLast(bytes.count / 3)
        case .flipped: bytes[bytes.count / 2] ^= 0x10
        case .empty: bytes.removeAll()
        case .flippedAttribute:
          let place = try #require(bytes.range(of: Data("sha256:".utf8)))
          bytes[place.upperBound + 3] ^= 1
        }
        try bytes.write(to: URL(fileURLWithPath: path))
      }
    }

    @Test("a damaged checkpoint is skipped for the one before", arguments: Damage.allCases)
    func damaged(_ damage: Damage) throws {
      let trial = try Trial()
      try trial.train("run", ranks: 2)
      let (digest, metrics) = (try trial.digest("run"), try trial.metrics("run"))
      let newest = try #require(try trial.checkpoints("run").last)
      try damage.apply(to: newest)
      try Data([1, 2, 3]).write(to: URL(fileURLWithPath: newest + ".partial"))
      let result = try trial.train("run", ranks: 3)
      #expect(result.text.contains("skipped") && result.text.contains("step-00000021.h5"))
      #expect(result.text.contains("step-00000014.h5, step 14"))
      #expect(try trial.digest("run") == digest)
      #expect(try trial.metrics("run") == metrics)
    }

    @Test("a damaged checkpoint does not push out the sound ones that follow")
    func damagedAndKeptFew() throws {
      let trial = try Trial()
      let settings = ["checkpoint.every_steps=5", "checkpoint.keep=1"]
      try trial.train("run", ranks: 1, settings + ["training.steps=5"])
      let sound = try #require(try trial.checkpoints("run").last)
      let damaged = sound.replacingOccurrences(of: "step-00000005", with: "step-00000018")
      try Data("no checkpoint".utf8).write(to: URL(fileURLWithPath: damaged))
      try trial.train("run", ranks: 2, settings + ["training.steps=10"])
      #expect(try trial.checkpoints("run").map { $0.suffix(11) } == ["00000010.h5"])
    }

    @Test("with all checkpoints damaged a run begins anew only when told to")
    func allDamaged() throws {
      let trial = try Trial()
      try trial.train("run", ranks: 2)
      let digest = try trial.digest("run")
      for path in try trial.checkpoints("run") { try Damage.empty.apply(to: path) }
      let result = try trial.train("run", ranks: 2, status: 2)
      #expect(result.errorLines.count == 1 && result.errors.contains("--resume never"))
      try trial.train("run", ranks: 1, arguments: ["--resume", "never"])
      #expect(try trial.digest("run") == digest)
      #expect(try trial.metrics("run").filter { $0.kind == "train" }.map(\.step) == Array(1...21))
    }

    @Test(
      "in the middle of an epoch, with all that learning keeps",
      arguments: [
        ["model.sampler=tempering", "model.chains=11", "model.temperatures=4"],
        [
          "model.sampler=pcd", "model.chains=13", "model.centering=model-and-data",
          "model.initial_visible_bias=data", "model.sparsity={target: 0.1, cost: 0.1}",
        ],
        [
          "model.visible=gaussian", "model.deviation=learned", "data.transform=standardize",
          "optimizer.learning_rate=0.001", "model.centering=data",
        ],
      ])
    func learning(settings: [String]) throws {
      let trial = try Trial()
      try trial.train("whole", ranks: 1, settings)
      try trial.train("parts", ranks: 2, settings, arguments: ["--steps", "5"])
      try trial.train("parts", ranks: 5, settings, arguments: ["--steps", "16"])
      try trial.train("parts", ranks: 3, settings)
      #expect(try trial.digest("parts") == trial.digest("whole"))
      #expect(try trial.arrays("parts") == trial.arrays("whole"))
      // A run that a limit ends is evaluated there.
      let lines = try ["parts", "whole"].map { try trial.metrics($0).filter { $0.kind == "train" } }
      #expect(lines[0] == lines[1] && lines[0].count == 21)
    }

    @Test("more epochs, in the middle or at the end", arguments: ["unit", "standardize"])
    func moreEpochs(transform: String) throws {
      let trial = try Trial()
      let settings = ["data.transform=\(transform)"]
      try trial.train("whole", ranks: 1, settings + ["training.epochs=5"])
      try trial.train("parts", ranks: 2, settings, arguments: ["--epochs", "2"])
      try trial.train("parts", ranks: 3, settings, arguments: ["--steps", "18"])
      try trial.train("parts", ranks: 1, settings + ["training.epochs=5"])
      #expect(try trial.digest("parts") == trial.digest("whole"))
      // A run that is done stays as it is.
      let (metrics, digest) = (try trial.metrics("parts"), try trial.digest("parts"))
      try trial.train("parts", ranks: 2, settings + ["training.epochs=5"])
      #expect(try trial.metrics("parts") == metrics && trial.digest("parts") == digest)
    }

    @Test("every evaluation is there, whatever interrupts")
    func lastEvaluation() throws {
      let trial = try Trial()
      try trial.train("whole", ranks: 1)
      // A limit inside the last epoch has an evaluation of its own; the end has one again.
      try trial.train("parts", ranks: 2, arguments: ["--steps", "16"])
      try trial.train("parts", ranks: 2)
      let all = try trial.metrics("parts")
      #expect(all.filter { $0.kind == "evaluation" }.map(\.step) == [7, 14, 16, 21])
      let found = all.filter { $0.kind == "train" || $0.step != 16 }
      #expect(try found == trial.metrics("whole"))
      // A limit at the end of an epoch, of which there is a checkpoint anyway.
      try trial.train(
        "limit", ranks: 2, ["evaluation.every_epochs=0"], arguments: ["--steps", "14"])
      #expect(try trial.metrics("limit").filter { $0.kind == "evaluation" }.map(\.step) == [14])
    }

    @Test(
      "another run than that of the checkpoint is refused by name",
      arguments: [
        ("optimizer.learning_rate=0.01", "optimizer.learning_rate was 0.05 and is now 0.01"),
        ("seed=4", "seed was"), ("model.hidden=25", "model.hidden was 24"),
        ("training.global_batch=40", "training.global_batch was 32"),
        ("data.order=global", "data.order was shard"),
        ("data.train.images=/test/images", "data.train.images was"),
      ])
    func refused(setting: String, words: String) throws {
      let trial = try Trial()
      try trial.train("run", ranks: nil)
      let result = try trial.train("run", ranks: 2, [setting], status: 2)
      #expect(result.errorLines.count == 1 && result.errors.contains(words), "\(result.errors)")
      #expect(result.errors.contains("--resume never"))
    }

    @Test("other data under the same name is refused; a moved file is not")
    func otherData() throws {
      let trial = try Trial()
      try trial.train("run", ranks: nil, arguments: ["--epochs", "1"])
      try FileManager.default.moveItem(
        atPath: trial.path("data.h5"), toPath: trial.path("moved.h5"))
      try TrialData.otherBytes.write(to: trial.path("data.h5"))
      let result = try trial.train("run", ranks: 2, status: 2)
      #expect(result.errorLines.count == 1 && result.errors.contains("other data"))
      try trial.train("run", ranks: 2, ["data.train.file=\(trial.path("moved.h5"))"])
    }

    @Test("a memory budget that changes the order of streamed samples is refused")
    func otherWindows() throws {
      let trial = try Trial(.floats())
      try trial.train("run", ranks: 2, ["data.memory=64KiB"], arguments: ["--steps", "3"])
      let result = try trial.train("run", ranks: 2, ["data.memory=1GiB"], status: 2)
      #expect(result.errorLines.count == 1 && result.errors.contains("data.memory"))
      // A budget that holds everything, as another one did, changes nothing.
      try trial.train("other", ranks: 2, ["data.memory=512MiB"], arguments: ["--steps", "3"])
      try trial.train("other", ranks: 2, ["data.memory=1GiB", "data.cache=never"])
    }

    @Test("--resume never starts afresh, --resume PATH starts there")
    func chosen() throws {
      let trial = try Trial()
      try trial.train("run", ranks: 2)
      let (digest, metrics) = (try trial.digest("run"), try trial.metrics("run"))
      let first = try #require(try trial.checkpoints("run").first)
      let there = try trial.train("run", ranks: 3, arguments: ["--resume", first])
      #expect(there.text.contains("going on from \(first), step 7"))
      #expect(try trial.digest("run") == digest && trial.metrics("run") == metrics)
      let result = try trial.train(
        "run", ranks: 1, ["optimizer.learning_rate=0.02"], arguments: ["--resume", "never"])
      #expect(!result.text.contains("going on from"))
      #expect(try trial.digest("run") != digest)
      let missing = try trial.train("run", ranks: 2, arguments: ["--resume", "no.h5"], status: 2)
      #expect(missing.errorLines.count == 1 && missing.errors.contains("no.h5 does not exist"))
    }
  }
}
