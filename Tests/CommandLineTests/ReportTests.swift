import Foundation
import PNG
import Reporting
import Testing

extension CommandLineTests {
  /// Pages of runs of all kinds, read by a browser.
  @Suite("report") struct Reports {
    let trial: Trial
    init() throws { trial = try Trial() }

    func report(_ arguments: [String]) throws -> Outcome {
      try Program.run(["report"] + arguments, in: trial.path)
    }

    private func page(_ run: String = "run") -> String { trial.scratch.text(run + "/report.html") }

    /// Opens pages in headless Chromium; what does not work there is an issue.
    func look(_ pages: [String]) throws {
      guard try Python.has("selenium, pypdf") else { return }
      let browser = "/usr/bin/chromium"
      guard access(browser, X_OK) == 0, access("/usr/bin/chromedriver", X_OK) == 0 else {
        let text = "no \(browser) and chromedriver: pages were not opened"
        if isContinuousIntegration { Issue.record("\(text)") }
        return FileHandle.standardError.write(Data((text + "\n").utf8))
      }
      let script = FileManager.default.currentDirectoryPath + "/Tests/Scripts/look-at-report.py"
      let python = ProcessInfo.processInfo.environment["SDT_PYTHON"] ?? "python3"
      let outcome = try Program.command([python, script] + pages, in: trial.path, timeout: 300)
      #expect(outcome.status == 0, "\(outcome.output)\n\(outcome.errors)")
    }

    @Test("a run writes its page and where it ran, and a browser can use it")
    func ofARun() throws {
      let outcome = try trial.train(set: ["evaluation.pictures=true"], ranks: 2)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors.contains("report: run/report.html"))
      let environment = try JSONValue(parsing: trial.scratch.text("run/environment.json"))
      let starts = try #require(environment["starts"]?.arrayValue)
      #expect(starts.count == 1 && starts[0]["ranks"]?.intValue == 2 && starts[0]["step"] == .null)
      #expect(starts[0]["command"]?.arrayValue?.contains("train") == true)
      let digest = try trial.json(["inspect", trial.checkpoints().last!, "--json"])["digest"]
      #expect(starts[0]["end"]?["state"] == "done" && starts[0]["end"]?["digest"] == digest)
      let text = page()
      for words in ["Content-Security-Policy", "Reconstruction error", digest?.stringValue ?? "?"] {
        #expect(text.contains(words), "\(words)")
      }
      try look(["run/report.html"])
    }

    @Test("families with stages, codes and classes") func families() throws {
      let settings: [(String, [String])] = [
        (
          "dbn", ["model={family: dbn, hidden: [6, 8], classes: 10, pretraining: {epochs: 1}}"]
        ),
        (
          "vae",
          ["model={family: vae, latent: 2, encoder: [8], decoder: [8]}", "optimizer={name: adam}"]
        ),
        (
          "ae",
          ["model={family: autoencoder, encoder: [8, 3]}", "optimizer={name: adam}"]
        ),
      ]
      for (run, settings) in settings {
        let outcome = try trial.train(
          ["--quiet"], set: settings + ["evaluation.pictures=true"], run: run)
        #expect(outcome.status == 0, "\(run): \(outcome.errors)")
      }
      try look(settings.map { $0.0 + "/report.html" })
    }

    @Test("a sweep and two runs side by side; the best is marked") func comparison() throws {
      let sweep = try Program.run(
        ["sweep", "run.yaml", "--over", "model.hidden=2,10", "--run-dir", "swept", "--quiet"],
        in: trial.path)
      #expect(sweep.status == 0, "\(sweep.errors)")
      let outcome = try report(["swept"])
      #expect(outcome.status == 0 && outcome.output == "swept/report.html\n", "\(outcome.errors)")
      let text = page("swept")
      #expect(text.contains("2 runs compared") && text.contains("model.hidden"))
      #expect(text.contains("number best") && text.contains("./hidden-2"))
      #expect(
        try report(["swept/hidden-2", "swept/hidden-10", "--output", "two.html"]).status == 0)
      try look(["swept/report.html", "two.html"])
    }

    @Test("a run that failed, one under way with torn files, and an empty one") func unfinished()
      throws
    {
      #expect(
        try trial.train(["--quiet", "--steps", "5"], set: ["evaluation.pictures=true"]).status == 0)
      try trial.scratch.write(
        #"{"rank":1,"host":"n1","step":5,"phase":"reduce","reason":"rank 1 is lost","time":1,"attempt":null}"#,
        to: "run/failure.json")
      let files = FileManager.default
      try files.copyItem(atPath: trial.path + "/run", toPath: trial.path + "/torn")
      for name in ["metrics.jsonl", "environment.json"] {
        let whole = trial.scratch.text("torn/" + name)
        try trial.scratch.write(String(whole.prefix(whole.count * 2 / 3)), to: "torn/" + name)
      }
      for name in trial.scratch.files("torn/images") where name.hasPrefix("samples") {
        try Data([0x89, 0x50]).write(to: URL(fileURLWithPath: trial.path + "/torn/images/" + name))
      }
      try trial.scratch.write("{\"ranks\":[{", to: "torn/timing.json")
      try trial.scratch.write(
        "[{\"ph\":\"X\",\"name\":\"load\",\"dur\":5},{\"ph\"", to: "torn/trace.json")
      try files.createDirectory(atPath: trial.path + "/empty", withIntermediateDirectories: true)
      try trial.scratch.write("", to: "empty/metrics.jsonl")
      for run in ["run", "torn", "empty"] { #expect(try report([run]).status == 0, "\(run)") }
      #expect(page().contains("Failed: rank 1 is lost"))
      #expect(page("empty").contains("No metrics have been written yet"))
      try look(["run/report.html", "torn/report.html", "empty/report.html"])
    }

    @Test("a model that diverged has a page that says why", arguments: [1, 3])
    func diverged(ranks: Int) throws {
      let outcome = try trial.train(set: trial.diverging(), ranks: ranks)
      #expect(outcome.status == 4 && outcome.errors.contains("report: run/report.html"))
      #expect(page().contains("Diverged: ") && page().contains("is not finite at step"))
      try look(["run/report.html"])
    }

    @Test("what cannot be read or written is told of in one line") func refused() throws {
      try trial.refuse(
        ["report", "missing"], says: ["missing is no folder", "name a run directory"])
      try trial.refuse(["report", "."], says: ["holds no run", "sweep"])
      try trial.scratch.write("name: x\n", to: "config.yaml")
      try trial.refuse(
        ["report", ".", "--output", "no/such/x.html"], says: ["no/such/x.html", "--output"])
      try trial.refuse(["report", ".", "--output", "."], says: ["folder or a device"])
      // A pipe or a device would be replaced by a file.
      #expect(mkfifo(trial.path + "/pipe", 0o600) == 0)
      try trial.refuse(["report", ".", "--output", "pipe"], says: ["pipe", "no file"])
    }

    @Test("a page that cannot be written is a warning") func unwritable() throws {
      #expect(try trial.train(["--quiet", "--steps", "3"]).status == 0)
      let place = trial.path + "/run/report.html"
      try FileManager.default.removeItem(atPath: place)
      try FileManager.default.createDirectory(
        atPath: place + "/x", withIntermediateDirectories: true)
      let outcome = try trial.train()
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors.contains("warning: cannot write run/report.html"), "\(outcome.errors)")
      #expect(!outcome.errors.contains("\nreport: "), "\(outcome.errors)")
    }
  }
}
