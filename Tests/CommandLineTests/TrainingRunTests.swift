import Foundation
import HDF5
import Reporting
import Testing

extension CommandLineTests {
  /// What a run writes and prints.
  @Suite("A training run") struct Runs {
    private let trial: Trial
    init() throws { trial = try Trial() }

    @Test(arguments: [1, 3])
    func quietSaysNothing(ranks: Int) throws {
      let outcome = try trial.train(["--quiet"], ranks: ranks)
      #expect(outcome.status == 0)
      #expect(outcome.output.isEmpty && outcome.errors.isEmpty, "\(outcome.errors)")
      let bad = try trial.train(["--quiet"], set: ["model.hidden=0"], run: "bad")
      #expect(bad.status == 2 && bad.errorLines.count == 1)
    }

    @Test func theRunDirectory() throws {
      #expect(try trial.train(set: ["evaluation.pictures=true"]).status == 0)
      let files = trial.scratch.files("run")
      for name in [
        "config.yaml", "metrics.jsonl", "train.log", "checkpoints/step-00000014.h5",
        "images/filters-step-00000014.png", "images/reconstructions-step-00000014.png",
        "images/samples-step-00000014.png",
      ] {
        #expect(files.contains(name), "\(name) in \(files)")
      }
      #expect(!files.contains { $0.hasSuffix(".partial") || $0.hasSuffix(".tmp") })
      #expect(
        trial.scratch.files().filter { !$0.hasPrefix("run") } == ["data.h5"], "nothing elsewhere")
      let log = trial.scratch.text("run/train.log")
      #expect(log.contains("digest: sha256:") && log.contains("4 logical shards"))
      // What it wrote starts the same run again.
      let again = try Program.run(
        ["train", "run/config.yaml", "--run-dir", "again", "--quiet"], in: trial.path)
      #expect(again.status == 0)
      #expect(
        try trial.json(["inspect", trial.checkpoints()[1], "--json"])["digest"]
          == trial.json(["inspect", trial.checkpoints("again")[1], "--json"])["digest"])
    }

    @Test("run directories", arguments: ["r", "r/", "./a//b", "über uns"])
    func names(name: String) throws {
      let outcome = try trial.train(["--quiet", "--steps", "1"], run: name)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(trial.scratch.has(name + "/checkpoints/step-00000001.h5"))
    }

    @Test func metrics() throws {
      #expect(try trial.train(["--quiet"]).status == 0)
      let lines = trial.scratch.text("run/metrics.jsonl").split(separator: "\n")
      let records = try lines.map { try JSONValue(parsing: String($0)) }
      for record in records {
        guard case .object(let object) = record else {
          Issue.record("\(record)")
          continue
        }
        #expect(object.members.prefix(4).map(\.key) == ["kind", "stage", "epoch", "step"])
        #expect(object["stage"]?.stringValue == "rbm")
        #expect(object.members.dropFirst(4).allSatisfy { $0.value.doubleValue?.isFinite == true })
      }
      let kinds = records.map { $0["kind"]?.stringValue ?? "" }
      #expect(kinds.filter { $0 == "evaluation" }.count == 2)
      let train = records.filter { $0["kind"]?.stringValue == "train" }
      #expect(train.map { $0["step"]?.intValue } == [3, 6, 7, 9, 12, 14])
      #expect(
        train.allSatisfy { $0["reconstruction_error"] != nil && $0["samples_per_second"] != nil })
    }

    @Test func linesWhereThereIsNoTerminal() throws {
      let outcome = try trial.train()
      #expect(outcome.output.isEmpty, "standard output is for results")
      #expect(!outcome.errors.contains("\r") && !outcome.errors.contains("\u{1B}"))
      #expect(outcome.errors.contains("\nepoch 1/2  step  7/14  reconstruction_error "))
      #expect(outcome.errors.contains("\nepoch 2/2  step 14/14  reconstruction_error "))
      #expect(outcome.errors.contains("\ndigest: sha256:"))
    }

    @Test("a bar on a terminal", arguments: [("C.UTF-8", "█"), ("C", "=")])
    func terminal(locale: (String, String)) throws {
      guard try Python.has("pty") else { return }
      let script = """
        import pty, sys
        status = pty.spawn(sys.argv[1:])
        sys.exit(status >> 8)
        """
      let words = [Program.path, "train", "run.yaml", "--run-dir", "run"]
      let text = try Python.call(
        script, words, in: trial.path,
        environment: ["LC_ALL": locale.0, "TERM": "xterm", "NO_COLOR": ""])
      // Each drawing begins at the line's start, without wrapping, and ends with what lies behind it cleared.
      #expect(text.contains("\r\u{1B}[?7lepoch 2/2") && text.contains("\u{1B}[?7h\u{1B}[J"))
      #expect(
        text.contains("epoch 2/2") && text.contains("100%") && text.contains(locale.1), "\(text)")
    }

    @Test func germanNumbersStayNumbers() throws {
      let outcome = try trial.train(environment: ["LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"])
      #expect(outcome.status == 0)
      let first = trial.scratch.text("run/metrics.jsonl").split(separator: "\n")[0]
      #expect(try JSONValue(parsing: String(first))["reconstruction_error"]?.doubleValue != nil)
    }

    @Test func aClosedStandardErrorEndsNothing() throws {
      let outcome = try Program.command(
        [
          "bash", "-c",
          "\(Program.path) train run.yaml --run-dir run 2>&1 | head -c 1 >/dev/null; exit ${PIPESTATUS[0]}",
        ],
        in: trial.path)
      #expect(outcome.status == 0)
      #expect(trial.checkpoints().last == "run/checkpoints/step-00000014.h5")
    }

    @Test func aResumedRunIsEvaluatedAtItsEnd() throws {
      #expect(try trial.train(["--quiet", "--steps", "3"]).status == 0)
      #expect(try trial.train(["--quiet"]).status == 0)
      let records = try MetricsLog.read(trial.path + "/run/metrics.jsonl")
      #expect(records.filter { $0.kind == "evaluation" }.map(\.step) == [3, 7, 14])
      // Once is enough.
      #expect(try trial.train(["--quiet"]).status == 0)
      #expect(try MetricsLog.read(trial.path + "/run/metrics.jsonl") == records)
    }

    @Test(arguments: [1, 2])
    func lossThatIsNotANumber(ranks: Int) throws {
      let outcome = try trial.train(set: trial.diverging(), ranks: ranks)
      #expect(outcome.status == 4, "\(outcome.errors)")
      #expect(outcome.errorLines.count == 1)
      #expect(outcome.errors.contains("is not finite at step"))
      #expect(outcome.errors.contains("lower optimizer.learning_rate"))
      for checkpoint in trial.checkpoints() {
        #expect(try Program.run(["inspect", checkpoint], in: trial.path).status == 0)
      }
    }
  }
}
