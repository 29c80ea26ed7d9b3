import Foundation
import Reporting
import Testing

/// Where time goes: timing.json, and timelines.
extension ParallelTests {
  @Suite("Timelines")
  struct TimelineTests {
    static let all = ["--trace-steps", "1-1000"]

    private func timing(_ trial: Trial, _ run: String) throws -> JSONValue {
      let bytes = try #require(
        FileManager.default.contents(atPath: trial.path(run) + "/timing.json"))
      return try JSONValue(parsing: String(decoding: bytes, as: UTF8.self))
    }

    @Test(
      "a timeline changes neither digest nor metrics, whatever ranks do",
      arguments: [
        (1, .sharedMemory, []), (2, .sharedMemory, []), (3, .messages, []),
        (2, .messages, ["training.delay=1", "optimizer={learning_rate: 0.05, momentum: 0}"]),
        (3, .sharedMemory, ["training.delay=1", "optimizer={learning_rate: 0.05, momentum: 0}"]),
        (2, .messages, ["training.reduction=fast"]),
        (3, .messages, ["model={family: vae, latent: 4, encoder: [16], decoder: [16]}"]),
        (
          2, .sharedMemory,
          [
            "model={family: vae, latent: 4, encoder: [16, {batch_norm: true, group: global}], decoder: [16]}"
          ]
        ),
        (
          2, .sharedMemory,
          ["optimizer={name: lbfgs}", "model={family: autoencoder, encoder: [8]}"]
        ),
      ] as [(Int, Transport, [String])])
    func unchanged(_ ranks: Int, _ transport: Transport, _ settings: [String]) throws {
      let trial = try Trial()
      try trial.train("plain", ranks: ranks, settings, transport: transport)
      try trial.train(
        "traced", ranks: ranks, settings, arguments: Self.all, transport: transport)
      #expect(try trial.digest("traced") == trial.digest("plain"))
      #expect(try trial.arrays("traced") == trial.arrays("plain"))
      #expect(try trial.metrics("traced") == trial.metrics("plain"))
      let trace = try StrictTrace(trial.path("traced") + "/trace.json")
      #expect(trace.names.keys.sorted() == Array(0..<ranks))
      let names = Set(trace.spans.map(\.name))
      #expect(names.isSuperset(of: ["step", "load", "compute", "reduce", "evaluate"]))
      #expect(names.isSuperset(of: ["checkpoint", "gather", "write", "fsync", "log"]))
      #expect(names.contains("update") || names.contains("line search"))
      #expect(!FileManager.default.fileExists(atPath: trial.path("plain") + "/trace.json"))
    }

    @Test("Perfetto finds every rank and every span")
    func perfetto() throws {
      let trial = try Trial()
      try trial.train("run", ranks: 3, arguments: Self.all)
      let path = trial.path("run") + "/trace.json"
      let trace = try StrictTrace(path)
      guard let found = try Python.perfetto(path) else { return }
      #expect(found["errors"]?.encoded() == "{}", "\(found.encoded())")
      #expect(found["slices"]?.intValue == trace.spans.count)
      #expect(found["depth"]?.intValue == trace.spans.map(\.path.count).max())
      for (rank, name) in trace.names {
        let spans = trace.spans.count { $0.rank == rank }
        #expect(found["processes"]?[name]?.intValue == spans, "\(name)")
      }
    }

    @Test("a run that is complete keeps its timeline")
    func complete() throws {
      let trial = try Trial()
      try trial.train("run", ranks: 2, arguments: Self.all)
      let path = trial.path("run") + "/trace.json"
      let before = try Data(contentsOf: URL(fileURLWithPath: path))
      try trial.train("run", ranks: 3, arguments: Self.all + ["--resume", "auto"])
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    @Test("every rank's spans add up to what timing.json says", arguments: Transport.allCases)
    func sums(_ transport: Transport) throws {
      let trial = try Trial()
      try trial.train(
        "run", ranks: 3, ["training.epochs=6"], arguments: Self.all, transport: transport)
      let trace = try StrictTrace(trial.path("run") + "/trace.json")
      let timing = try timing(trial, "run")
      let ranks = try #require(timing["ranks"]?.arrayValue)
      #expect(ranks.map { $0["rank"]?.intValue } == [0, 1, 2])
      #expect(timing["starts"]?.intValue == 1)
      for (rank, times) in ranks.enumerated() {
        #expect(times["steps"]?.intValue == 42)
        #expect(trace.steps(rank: rank) == Array(1...42))
        for activity in ["load", "compute", "reduce", "update"] {
          let told = try #require(times["seconds"]?[activity]?.doubleValue)
          let seen = trace.seconds(activity, rank: rank)
          #expect(abs(told - seen) < 0.03 * told + 0.0005, "\(rank) \(activity): \(told), \(seen)")
        }
        let seconds = try #require(times["seconds"]?["wait"]?.doubleValue)
        // Before the first step ranks wait too.
        #expect(trace.seconds("wait", rank: rank) <= seconds)
        let parts = ["load", "compute", "reduce", "wait", "update", "evaluate", "checkpoint"]
        let all = (parts + ["report", "other"]).reduce(0.0) {
          $0 + (times["seconds"]?[$1]?.doubleValue ?? .nan)
        }
        // All ranks began and ended together, within the time of starting a process.
        #expect(abs(all - (timing["seconds"]?.doubleValue ?? 0)) < 1)
      }
      // 203 samples, six times, each on one rank.
      #expect(ranks.reduce(0) { $0 + ($1["samples"]?.intValue ?? 0) } == 6 * 203)
    }

    @Test("layers show by their names, phases and Gibbs sweeps by theirs")
    func names() throws {
      let trial = try Trial()
      try trial.train("rbm", ranks: 2, ["model.gibbs_steps=3"], arguments: ["--trace"])
      let machine = try StrictTrace(trial.path("rbm") + "/trace.json")
      let sweeps = machine.spans.filter { $0.name == "Gibbs sweep" }
      #expect(sweeps.allSatisfy { $0.path == ["step", "compute", "negative phase"] })
      #expect(sweeps.count == 3 * machine.spans.count { $0.name == "negative phase" })
      // Of seven steps an epoch the last four, of four shards a rank.
      #expect(machine.steps(rank: 1) == [4, 5, 6, 7, 11, 12, 13, 14, 18, 19, 20, 21])
      #expect(sweeps.count == 12 * 8 * 3)
      #expect(machine.spans.count { $0.name == "evaluate" } == 2 * 3)

      let layers = "encoder: [16, {dropout: 0.2}, 8], decoder: [16]"
      try trial.train(
        "vae", ranks: 2, ["model={family: vae, latent: 4, \(layers)}"], arguments: ["--trace"])
      let names = Set(try StrictTrace(trial.path("vae") + "/trace.json").spans.map(\.name))
      for layer in ["encoder/0/dense", "encoder/1/dropout", "encoder/2/dense", "decoder/0/dense"] {
        #expect(names.isSuperset(of: ["\(layer) forward", "\(layer) backward"]), "\(names)")
      }
    }

    @Test("a killed run leaves parts that can be read and joined")
    func killed() throws {
      let trial = try Trial()
      let run = try trial.start(
        "run", ranks: 2, ["training.epochs=100000"], arguments: ["--trace-steps", "1-100000000"])
      #expect(run.comes(within: 60) { trial.lines("run") > 300 })
      // What is older than a fifth of a second is there: wait no longer than that.
      let before = trial.lines("run")
      usleep(400_000)
      run.killAll()
      #expect(!FileManager.default.fileExists(atPath: trial.path("run") + "/trace.json"))
      let part = try TraceSummary(path: TraceFiles.part(of: trial.path("run"), rank: 1))
      let steps = try #require(part.rows.first { $0.name == "step" })
      #expect(steps.count >= before / 2, "\(steps.count) of \(before)")
      let result = try Launcher.start(["trace", trial.path("run")], ranks: nil).wait()
      #expect(result.status == 0 && result.output.contains("positive phase"), "\(result.text)")
      _ = try StrictTrace(trial.path("run") + "/trace.json")
    }

    @Test("stopped, resumed on other ranks: timing.json adds up, a timeline is of one start")
    func resumed() throws {
      let trial = try Trial()
      try trial.train("whole", ranks: nil)
      try trial.train("run", ranks: 3, ["training.steps=10"], arguments: Self.all)
      let first = try timing(trial, "run")
      try trial.train("run", ranks: 2, arguments: Self.all)
      #expect(try trial.digest("run") == trial.digest("whole"))
      let both = try timing(trial, "run")
      #expect(both["starts"]?.intValue == 2)
      let ranks = try #require(both["ranks"]?.arrayValue)
      #expect(ranks.map { $0["starts"]?.intValue } == [2, 2, 1])
      #expect(ranks.map { $0["steps"]?.intValue } == [21, 21, 10])
      #expect(ranks[2] == first["ranks"]?.arrayValue?[2])
      let trace = try StrictTrace(trial.path("run") + "/trace.json")
      #expect(trace.names.keys.sorted() == [0, 1])
      #expect(trace.steps(rank: 0) == Array(11...21))
      // Without --trace the next start leaves it, and a new beginning removes it.
      try trial.train("run", ranks: nil, ["training.epochs=4"])
      #expect(FileManager.default.fileExists(atPath: trial.path("run") + "/trace.json"))
      try trial.train("run", ranks: nil, arguments: ["--resume", "never"])
      #expect(!FileManager.default.fileExists(atPath: trial.path("run") + "/trace.json"))
      #expect(try timing(trial, "run")["starts"]?.intValue == 1)
    }

    @Test("a signal ends a timeline whole, in parts")
    func signalled() throws {
      let trial = try Trial()
      let run = try trial.start(
        "run", ranks: 2, ["training.epochs=100000"], arguments: ["--trace"])
      #expect(run.comes(within: 60) { trial.lines("run") > 50 })
      run.signal(SIGUSR1)
      #expect(run.wait().status == 3)
      #expect(!FileManager.default.fileExists(atPath: trial.path("run") + "/trace.json"))
      let result = try Launcher.start(["trace", trial.path("run")], ranks: nil).wait()
      #expect(result.status == 0, "\(result.text)")
      #expect(try StrictTrace(trial.path("run") + "/trace.json").names.count == 2)
      #expect(try timing(trial, "run")["ranks"]?.arrayValue?.count == 2)
    }

    @Test("what cannot be written costs one warning")
    func unwritable() throws {
      let trial = try Trial()
      try trial.train("plain", ranks: 2)
      let files = FileManager.default
      for name in ["trace", "timing.json/x", "trace.json/x"] {
        let run = "without-\(name.prefix(8))"
        try trial.train(run, ranks: 2, ["training.steps=7"])
        let place = trial.path(run) + "/" + name
        let folder = (place as NSString).deletingLastPathComponent
        if folder.hasSuffix(".json") { try? files.removeItem(atPath: folder) }
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // A file where a folder ought to be, or the other way round.
        try "in the way".write(toFile: place, atomically: true, encoding: .utf8)
        let result = try trial.train(run, ranks: 2, arguments: ["--trace"])
        let warnings = result.text.split(separator: "\n").filter { $0.contains("warning: ") }
        #expect(warnings.count == 1, "\(result.text)")
        #expect(try trial.digest(run) == trial.digest("plain"))
      }
    }

    @Test(
      "steps that are none are refused",
      arguments: ["0-3", "7-5", "many", ""])
    func refused(_ steps: String) throws {
      let trial = try Trial()
      let result = try trial.train(
        "run", ranks: 2, arguments: ["--trace-steps", steps], status: 2)
      #expect(result.errors.contains("--trace-steps is '\(steps)'"))
      #expect(!FileManager.default.fileExists(atPath: trial.path("run")))
    }
  }
}
