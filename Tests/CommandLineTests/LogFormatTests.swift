import Foundation
import Reporting
import Testing

extension CommandLineTests {
  @Suite("Lines of standard error")
  struct LogFormatTests {
    private let trial: Trial

    init() throws { trial = try Trial() }

    /// Every line of standard error. mpirun's own words are no lines of the program: `--quiet` keeps it from them.
    private func lines(
      _ words: [String], ranks: Int = 1, status: Int32,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [JSONValue] {
      let launcher = ProcessInfo.processInfo.environment["SDT_MPIRUN"] ?? "mpirun"
      let start =
        ranks > 1 ? [launcher, "--quiet", "-n", "\(ranks)", Program.path] : [Program.path]
      let outcome = try Program.command(start + words, in: trial.path)
      #expect(outcome.status == status, "\(outcome.errors)", sourceLocation: sourceLocation)
      return try outcome.errors.split(separator: "\n").map { line in
        let json = try JSONValue(parsing: String(line))
        let keys = try #require(json.keys, "\(line)", sourceLocation: sourceLocation)
        #expect(
          keys.starts(with: ["time", "level", "event", "rank", "text"]),
          sourceLocation: sourceLocation)
        return json
      }
    }

    @Test("all lines of a run are objects", arguments: [1, 3])
    func run(ranks: Int) throws {
      let words = ["train", "run.yaml", "--run-dir", "run", "--log-format", "json"]
      let lines = try lines(words, ranks: ranks, status: 0)
      let events = lines.compactMap { $0["event"]?.stringValue }
      #expect(Set(events) == ["message", "progress", "evaluation", "checkpoint"])
      let progress = lines.filter { $0["event"] == "progress" }
      #expect(progress.map { $0["step"]?.intValue } == [7, 14])
      #expect(progress[1]["metrics"]?["reconstruction_error"]?.doubleValue != nil)
      #expect(progress[1]["metrics"]?["log_likelihood"]?.doubleValue != nil)
      let evaluation = lines.first { $0["event"] == "evaluation" }
      #expect(evaluation?["metrics"]?["log_likelihood"]?.doubleValue != nil)
      let said = lines.suffix(2).compactMap { $0["text"]?.stringValue }
      #expect(
        said.first?.hasPrefix("digest: sha256:") == true && said.last == "report: run/report.html")
      #expect(lines.allSatisfy { $0["level"] == "info" && $0["rank"] == 0 })
    }

    @Test("errors are objects, whoever finds them", arguments: [1, 3])
    func errors(ranks: Int) throws {
      for words in [
        ["train", "run.yaml", "--set", "model.hiden=3"], ["train", "none.yaml"],
        ["train", "run.yaml", "--epocs", "3"],
        ["evaluate", "none.h5"],
      ] {
        let lines = try lines(words + ["--log-format=json"], ranks: ranks, status: 2)
        #expect(lines.count == 1 && lines[0]["level"] == "error", "\(lines)")
      }
      let settings = try trial.diverging().flatMap { ["--set", $0] }
      let diverged = ["train", "run.yaml", "--run-dir", "run", "--log-format", "json"]
      let lines = try lines(diverged + settings, ranks: ranks, status: 4)
      #expect(lines.last?["level"] == "error")
      #expect(lines.last?["text"]?.stringValue?.contains("diverged") == true)
    }

    @Test("text is what it was")
    func text() throws {
      let outcome = try trial.train()
      let lines = outcome.errors.split(separator: "\n")
      #expect(lines.count { $0.hasPrefix("epoch ") && $0.contains("samples/s") } == 2)
      #expect(lines.contains { $0.hasPrefix("evaluation after epoch 2: ") })
      #expect(!outcome.errors.contains("\u{1B}") && !outcome.errors.contains("\r"))
    }

    @Test("the configuration chooses what is shown beside the loss")
    func show() throws {
      let outcome = try trial.train(set: ["reporting.show=[dead_units, free_energy]"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let last = outcome.errors.split(separator: "\n").last { $0.hasPrefix("epoch ") } ?? ""
      #expect(last.contains("dead_units ") && last.contains("free_energy "))
      // What is shown shapes no result: the run goes on.
      #expect(
        try trial.train(["--epochs", "3"], set: ["reporting.show=mean_activation"]).status == 0)
      let wrong = try trial.train(["--epochs", "4"], set: ["reporting.show=erorr"])
      let warnings = wrong.errors.split(separator: "\n").filter {
        $0.hasPrefix("warning: reporting.show names erorr")
      }
      #expect(warnings.count == 1 && warnings[0].contains("dead_units"), "\(wrong.errors)")
      try trial.refuseTraining(
        ["reporting.show=[a, b, c]"], says: ["reporting.show", "room for two"])
    }
  }
}

extension JSONValue {
  /// The keys of an object, in order.
  fileprivate var keys: [String]? {
    guard case .object(let object) = self else { return nil }
    return object.keys
  }
}
