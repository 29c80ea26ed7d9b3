import Foundation
import Testing

/// One message a failure, and a log a rank.
extension ParallelTests {
  @Suite("Errors once")
  struct ErrorTests {
    @Test("three ranks that meet bad samples at about the same time")
    func severalAtOnce() throws {
      // A row in the part of each rank.
      let trial = try Trial(.spoilt([21, 110, 191]))
      let settings = ["data.memory=64KiB", "data.cache=never"]
      for transport in Transport.allCases {
        let run = try trial.start(
          "run", ranks: 3, settings, arguments: ["--resume", "never"], transport: transport)
        let result = run.wait(timeout: 30)
        #expect(!result.hung && result.status == 2, "\(result.text)")
        #expect(result.errorLines.count == 1, "\(result.errors)")
        #expect(waitUntil(timeout: 5) { run.survivors == 0 })
      }
    }

    @Test("each rank has a log, from start to end")
    func logs() throws {
      let trial = try Trial()
      try trial.train("run", ranks: 3)
      for rank in 0..<3 {
        let log = trial.log("run", rank: rank)
        let host = ProcessInfo.processInfo.hostName
        for words in [
          "rank \(rank) of 3 starts on \(host)", "cores ", "OpenBLAS ", "s reduce, ",
          "; at step 21",
          "ended with exit code 0",
        ] { #expect(log.contains(words), "rank \(rank): \(log)") }
      }
    }

    @Test("a rank's own error is in its log, whoever speaks")
    func ownErrors() throws {
      let trial = try Trial(.spoilt([21, 110, 191]))
      let settings = ["data.memory=64KiB", "data.cache=never"]
      _ = try trial.start("run", ranks: 3, settings).wait(timeout: 30)
      let logs = (0..<3).map { trial.log("run", rank: $0) }
      #expect(logs.contains { $0.contains("error: ") && $0.contains("/train/images[") }, "\(logs)")
      #expect(logs.contains { $0.contains("ends with exit code 2") }, "\(logs)")
    }

    @Test("signals are in the log of the rank that got them")
    func signals() throws {
      let trial = try Trial()
      let run = try trial.start("run", ranks: 2, SignalTests.long)
      #expect(run.comes(within: 60) { trial.lines("run") > 20 })
      run.ranks[1].map { _ = kill($0, SIGTERM) }
      #expect(run.wait(timeout: 60).status == 3)
      #expect(trial.log("run", rank: 1).contains("received SIGTERM, at step"))
      #expect(!trial.log("run", rank: 0).contains("received"))
      #expect(trial.log("run", rank: 1).contains("ended with exit code 3"))
    }

    @Test("logs that cannot be written are told of once")
    func noLogs() throws {
      let trial = try Trial()
      try trial.train("run", ranks: 3)
      for rank in 0..<3 {
        // A folder in the place of the file cannot be opened as one.
        let log = trial.path("run") + "/logs/rank-000\(rank).log"
        try FileManager.default.removeItem(atPath: log)
        try FileManager.default.createDirectory(atPath: log, withIntermediateDirectories: true)
      }
      let result = try trial.train("run", ranks: 3, ["training.epochs=4"])
      let warnings = result.errors.split(separator: "\n").filter { $0.hasPrefix("warning: ") }
      #expect(warnings.count == 1, "\(result.errors)")
      #expect(warnings.first?.contains("3 of 3 ranks cannot write logs") ?? false)
    }

    @Test("the mark of a checkpoint that is being loaded is gone when it is, or refused in peace")
    func loading() throws {
      let trial = try Trial()
      try trial.train("run", ranks: 2)
      let mark = trial.path("run") + "/checkpoints/loading"
      try trial.train("run", ranks: 2, ["training.epochs=4"])
      #expect(!FileManager.default.fileExists(atPath: mark))
      try trial.train("run", ranks: 2, ["model.hidden=9"], status: 2)
      #expect(!FileManager.default.fileExists(atPath: mark))
      // Killed while it reads: so many damaged ones, one after the other, take it seconds.
      let folder = trial.path("run") + "/checkpoints/"
      for step in 1000..<1500 {
        try Data("no checkpoint".utf8).write(
          to: URL(fileURLWithPath: folder + "step-0000\(step).h5"))
      }
      let run = try trial.start("run", ranks: 2, ["training.epochs=100000"])
      #expect(run.comes(within: 60) { FileManager.default.fileExists(atPath: mark) })
      run.killAll()
      let name = try String(contentsOfFile: mark, encoding: .utf8)
      let path = folder + name.trimmingCharacters(in: .newlines)
      #expect(
        name.hasPrefix("step-0000") && FileManager.default.fileExists(atPath: path), "\(name)")
    }
  }
}
