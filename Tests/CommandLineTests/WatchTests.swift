import Foundation
import Testing

extension CommandLineTests {
  @Suite("Watch")
  struct WatchTests {
    private let trial: Trial

    init() throws { trial = try Trial() }

    @Test("what is no run is refused", arguments: ["none", "run.yaml", "."])
    func noRun(name: String) throws {
      try trial.refuse(["watch", name], says: [name, "name the folder of a run"])
    }

    @Test("without a terminal a page is printed once", arguments: [[], ["--once"]])
    func once(options: [String]) throws {
      #expect(try trial.train().status == 0)
      let outcome = try Program.run(["watch", "run"] + options, in: trial.path)
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
      let lines = outcome.output.split(separator: "\n").map(String.init)
      #expect(lines.first == "trial  run")
      #expect(lines.contains { $0.hasPrefix("finished, on 1 rank of ") })
      #expect(lines.contains { $0.contains("epoch 2/2  step 14/14") })
      #expect(lines.contains { $0.hasPrefix("best log_likelihood: ") })
      #expect(lines.contains { $0.contains("digest: sha256:") })
      #expect(!outcome.output.contains("\u{1B}"))
    }

    @Test("files tell of a stop, of a failure, and of silence")
    func ends() throws {
      #expect(try trial.train(set: trial.diverging()).status == 4)
      #expect(try watch().contains { $0.hasPrefix("failed: ") && $0.contains("diverged") })
      try trial.scratch.write(#"{"reason":"rank 1 is lost"}"#, to: "run/failure.json")
      #expect(try watch().contains { $0.hasPrefix("failed: rank 1 is lost") })
      unlink(trial.path + "/run/failure.json")
      try trial.scratch.write("time\n", to: "run/stopped")
      #expect(try watch().contains { $0.hasPrefix("stopped before the end of its job's time") })
      unlink(trial.path + "/run/stopped")
      let text = trial.scratch.text("run/progress.json")
      try trial.scratch.write(text.replacing("failed", with: "running"), to: "run/progress.json")
      for name in ["progress.json", "metrics.jsonl", "train.log", "started"] {
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSinceNow: -300)],
          ofItemAtPath: trial.path + "/run/" + name)
      }
      #expect(try watch().contains { $0.hasPrefix("no sign of life for 5 min") })
    }

    private func watch() throws -> [String] {
      try Program.run(["watch", "run"], in: trial.path).output.split(separator: "\n").map(
        String.init)
    }
  }
}
