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

    @Test("values that are trained by themselves, at the same time, make the same table")
    func tasks() throws {
      let values = "model.hidden=2,5,3"
      #expect(try sweep(values).status == 0)
      let whole = cells()
      try FileManager.default.removeItem(atPath: trial.path + "/swept")
      let command = #"""
        for task in 2 0 1; do
          "$0" sweep run.yaml --over "$1" --run-dir swept --task $task >output-$task 2>&1 &
          all+=($!)
        done
        for one in "${all[@]}"; do wait $one || exit; done
        """#
      let outcome = try Program.command(
        ["bash", "-c", command, Program.path, values], in: trial.path)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(cells() == whole && whole.count == 4)
      #expect(trial.scratch.text("swept/table.md").contains("swept/hidden-5/images"))
      // Again: nothing is trained, and the seconds stay.
      let csv = trial.scratch.text("swept/table.csv")
      #expect(try sweep(values, ranks: 2, ["--task", "1"]).status == 0)
      #expect(trial.scratch.text("swept/table.csv") == csv)
    }

    @Test("a task by itself makes a table of what is done so far") func taskAlone() throws {
      #expect(try sweep("model.hidden=2,5", ["--task", "1"]).status == 0)
      #expect(cells().map { $0.first } == ["\"model.hidden\"", "\"5\""])
      #expect(!trial.scratch.has("swept/hidden-2"))
      for task in ["2", "-1"] {
        let outcome = try sweep("model.hidden=2,5", ["--task=\(task)"])
        #expect(outcome.status == 2 && outcome.errors.contains("from 0 to 1"), "\(outcome.errors)")
      }
    }

    /// The cells of the table without the seconds.
    private func cells() -> [[Substring]] {
      trial.scratch.text("swept/table.csv").split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).dropLast()
      }
    }

    @Test("of standardised samples the error in the file's scale, on any number of ranks")
    func unitScale() throws {
      let settings = [
        "--set", "data.transform=standardize", "--set", "model.visible=gaussian", "--set",
        "optimizer.learning_rate=0.001",
      ]
      #expect(try sweep("model.hidden=4", settings).status == 0)
      let first = trial.scratch.text("swept/table.csv").split(separator: "\n")
      try FileManager.default.removeItem(atPath: trial.path + "/swept")
      #expect(try sweep("model.hidden=4", ranks: 3, settings).status == 0)
      let second = trial.scratch.text("swept/table.csv").split(separator: "\n")
      let names = first[0].split(separator: ",").map { $0.filter { $0 != "\"" } }
      let place = try #require(names.firstIndex(of: "unit_scale_error"))
      let (a, b) = (first[1].split(separator: ","), second[1].split(separator: ","))
      // All but the seconds.
      #expect(a.dropLast() == b.dropLast())
      // Bytes that take all values have variance 1/12 between 0 and 1, and little is learned of them.
      let error = try #require(Double(a[place]))
      #expect(error > 0.8 * 36 / 12 && error < 1.2 * 36 / 12, "\(error)")
    }

    @Test("the error in the file's scale is that of averaged parameters, where others are too")
    func unitScaleOfAverages() throws {
      let settings = [
        "data.transform=standardize", "model.visible=gaussian", "optimizer.learning_rate=0.05",
        "optimizer.averaging=0.999", "training.epochs=10",
      ].flatMap { ["--set", $0] }
      let outcome = try sweep("model.hidden=4", settings)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let lines = trial.scratch.text("swept/table.csv").split(separator: "\n").map {
        $0.split(separator: ",").map { $0.filter { $0 != "\"" } }
      }
      func value(_ name: String) throws -> Double {
        let place = try #require(lines[0].firstIndex(of: name))
        return try #require(Double(lines[1][place]))
      }
      // The variance of bytes is nearly the same everywhere.
      let ratio = try value("unit_scale_error") / value("reconstruction_error")
      #expect(abs(12 * ratio - 1) < 0.1, "\(ratio)")
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
