import Foundation
import Reporting
import Testing

extension CommandLineTests {
  /// One configuration, several values of a key.
  @Suite("sweep") struct Sweeps {
    private let trial: Trial
    init() throws { trial = try Trial() }

    private func sweep(_ over: String, ranks: Int = 1, _ more: [String] = []) throws -> Outcome {
      try Program.run(
        ["sweep", "run.yaml", "--over", over, "--run-dir", "swept"] + more, ranks: ranks,
        in: trial.path)
    }

    @Test func table() throws {
      let outcome = try sweep("model.hidden=2,5", ranks: 2)
      #expect(outcome.status == 0, "\(outcome.errors)")
      for run in ["hidden-2", "hidden-5"] {
        #expect(trial.scratch.has("swept/\(run)/checkpoints/best.h5"), "\(run)")
      }
      let (page, csv) = (
        trial.scratch.text("swept/table.md"), trial.scratch.text("swept/table.csv")
      )
      #expect(
        page.contains("| model.hidden | reconstruction_error | reconstruction_error_per_pixel"))
      #expect(page.contains("data.transform: unit") && page.contains("swept/hidden-5/images"))
      let lines = csv.split(separator: "\n")
      #expect(lines.count == 3 && lines[1].hasPrefix("\"2\",") && lines[2].hasPrefix("\"5\","))
      #expect(outcome.output.contains("model.hidden") && outcome.output.contains("seconds"))
      // A run by itself ends in the same place, and another sweep adds to what is done.
      let alone = try trial.train(["--quiet"], set: ["model.hidden=5"])
      #expect(alone.status == 0)
      let digests = try ["run", "swept/hidden-5"].map { run in
        try trial.json(["inspect", trial.checkpoints(run).last!, "--json"])["digest"]
      }
      #expect(digests[0] == digests[1])
      let log = trial.scratch.text("swept/hidden-2/metrics.jsonl")
      #expect(try sweep("model.hidden=2,5,3").status == 0)
      #expect(trial.scratch.text("swept/hidden-2/metrics.jsonl") == log)
      let more = trial.scratch.text("swept/table.csv").split(separator: "\n")
      #expect(more.count == 4 && Array(more[..<3]) == Array(lines))
    }

    @Test(
      "what is refused, before anything is written",
      arguments: [
        ("model.hidden=2,0", "from 1 to 1000000"), ("model.hidden=2,2", "different values"),
        ("model.hidden", "different values"), ("model.hiden=1,2", "did you mean 'model.hidden'?"),
      ])
    func refused(over: String, problem: String) throws {
      let outcome = try sweep(over)
      #expect(outcome.status == 2 && outcome.errorLines.count == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains(problem), "\(outcome.errors)")
      #expect(!trial.scratch.has("swept"))
    }
  }
}
