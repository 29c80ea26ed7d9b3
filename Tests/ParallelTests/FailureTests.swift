import Foundation
import Reporting
import Testing

/// No rank waits for one that has failed; what went wrong is said once.
extension ParallelTests {
  @Suite("Failures")
  struct FailureTests {
    @Test("a bad sample that one rank alone reads, in the middle of training")
    func badSample() throws {
      // Row 123 is in shard 4 of 8, which is rank 1's of 3; and not among those of the fingerprint.
      let trial = try Trial(.floats(notANumber: 123))
      let settings = ["data.memory=64KiB", "data.cache=never"]
      let run = try trial.start("run", ranks: 3, settings)
      let result = run.wait(timeout: 20)
      #expect(!result.hung && waitUntil(timeout: 5) { run.survivors == 0 })
      #expect(result.status == 2, "\(result.errors)")
      #expect(result.errorLines.count == 1, "\(result.errors)")
      let line = String(result.errorLines.first ?? "")
      #expect(line.contains("rank 1 (\(ProcessInfo.processInfo.hostName))"))
      #expect(line.contains("/train/images[123]") && line.contains("nan"))
    }

    @Test("a bad sample that ranks read before the first step")
    func badSampleInMemory() throws {
      let trial = try Trial(.floats(notANumber: 123))
      let result = try trial.train("run", ranks: 3, status: 2)
      #expect(result.errorLines.count == 1 && result.errors.contains("/train/images[123]"))
    }

    @Test("numbers that are not finite", arguments: [nil, 1, 3])
    func diverged(ranks: Int?) throws {
      let trial = try Trial(.huge)
      // The first epoch learns nothing and is sound; the second takes steps no weight survives.
      let settings = [
        "data.transform=none", "training.epochs=4", "optimizer.learning_rate=[0, 1000000]",
        "optimizer.momentum=0", "evaluation.every_epochs=0",
      ]
      let result = try trial.train("run", ranks: ranks, settings, status: 4)
      #expect(result.errorLines.count == 1, "\(result.errors)")
      #expect(result.errors.contains("not finite at step"))
      #expect(result.errors.contains("the last good checkpoint is of step 7"))
      let kept = try trial.checkpoints("run")
      #expect(kept.map { $0.suffix(11) } == ["00000007.h5"])
      #expect(try trial.inspect(kept[0])["step"]?.intValue == 7)
    }

    @Test("a learning rate that no Gaussian machine survives", arguments: [nil, 2])
    func gaussianDiverged(ranks: Int?) throws {
      let trial = try Trial()
      let result = try trial.train(
        "run", ranks: ranks,
        [
          "model.visible=gaussian", "model.deviation=learned", "data.transform=standardize",
          "model.variance_clip=1000000", "optimizer.learning_rate=1000",
        ], status: 4)
      #expect(result.errorLines.count == 1, "\(result.errors)")
      #expect(
        result.errors.contains("not finite at step")
          && result.errors.contains("lower optimizer.learning_rate"))
    }

    @Test("more ranks than shards")
    func tooManyRanks() throws {
      let trial = try Trial()
      let result = try trial.train("run", ranks: 3, ["training.shards=2"], status: 2)
      #expect(result.errorLines.count == 1)
      for word in ["3 ranks", "2 logical shards", "training.shards"] {
        #expect(result.errors.contains(word))
      }
      #expect(!FileManager.default.fileExists(atPath: trial.path("run")))
    }

    @Test("bad usage is said once")
    func usage() throws {
      let trial = try Trial()
      for (setting, words) in [
        ("model.hiden=3", "did you mean 'model.hidden'?"),
        ("training.global_batch=204", "has only 203 samples"),
        ("data.train.images=/nothing", "/train/images"),
      ] {
        let result = try trial.train("run", ranks: 3, [setting], status: 2)
        #expect(result.errorLines.count == 1 && result.errors.contains(words), "\(result.errors)")
      }
      let unknown = try Launcher.start(["train", "--wrong"], ranks: 2).wait()
      #expect(unknown.status == 2)
      #expect(unknown.errors.components(separatedBy: "Error: ").count == 2, "\(unknown.text)")
    }
  }
}
