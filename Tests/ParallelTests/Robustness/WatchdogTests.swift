import Foundation
import Reporting
import Testing

/// Ranks that are stopped, killed, or busy for long.
extension ParallelTests {
  @Suite("The watchdog")
  struct WatchdogTests {
    /// Warn after three seconds, end after eight: ranks of a busy machine stand still for one or two.
    private static let impatient = ["watchdog.warn_after=3", "watchdog.end_after=8"]
    private static let endless = impatient + ["training.epochs=100000"]
    private static let host = ProcessInfo.processInfo.hostName

    @Test("a stopped rank is named, and the run is ended", arguments: 0..<3, Transport.allCases)
    func stopped(rank: Int, transport: Transport) throws {
      let trial = try Trial()
      let run = try trial.start("run", ranks: 3, Self.endless, transport: transport)
      #expect(run.comes(within: 60) { trial.lines("run") > 20 })
      // Some beats.
      usleep(1_500_000)
      try signal(run, rank, SIGSTOP)
      let start = Date()
      let result = run.wait(timeout: 40)
      let seconds = Date().timeIntervalSince(start)
      #expect(!result.hung && result.status == 5, "\(result.status): \(result.text)")
      #expect(seconds > 7 && seconds < 30, "ended after \(seconds) s")
      let who = "rank \(rank) (\(Self.host))"
      let warnings = result.errors.split(separator: "\n").filter {
        $0.contains("warning: \(who)")
      }
      #expect(warnings.count == 1, "\(result.errors)")
      #expect(result.errorLines.count == 1, "\(result.errors)")
      #expect(result.errorLines.first?.contains(who) ?? false, "\(result.errors)")
      #expect(result.errors.contains("no sign of life"))
      let failure = try #require(try trial.failure("run"))
      #expect(failure["rank"]?.intValue == rank && failure["host"]?.stringValue == Self.host)
      #expect((failure["step"]?.intValue ?? 0) > 10)
      #expect(abs((failure["time"]?.doubleValue ?? 0) - Date().timeIntervalSince1970) < 60)
      #expect(waitUntil(timeout: 10) { run.survivors == 0 })
      // Started again, it goes on, and the failure is history.
      try trial.train("run", ranks: 2, ["training.epochs=5"], transport: transport)
      #expect(try trial.failure("run") == nil)
    }

    @Test("a rank that stops before the first step, while data is opened")
    func setUp() throws {
      let trial = try Trial(inMemory: true)
      try trial.train("run", ranks: 2)
      // Who opens the data waits until the lease is let go.
      let lease = try Lease(trial.path("data.h5"), forReading: false)
      let run = try trial.start("run", ranks: 3, Self.endless)
      #expect(run.comes(within: 60) { lease.isWanted })
      usleep(1_500_000)
      try signal(run, 1, SIGSTOP)
      lease.release()
      let result = run.wait(timeout: 40)
      #expect(!result.hung && result.status == 5, "\(result.text)")
      #expect(result.errorLines.count == 1, "\(result.errors)")
      #expect(result.errors.contains("rank 1 (\(Self.host)) has given no sign of life"))
      #expect(result.errors.contains("setting up"), "\(result.errors)")
      let failure = try #require(try trial.failure("run"))
      #expect(failure["rank"]?.intValue == 1 && failure["phase"]?.stringValue == "setUp")
    }

    @Test("a rank that dies where the launcher does nothing", arguments: Transport.allCases)
    func killed(transport: Transport) throws {
      guard Launcher.isOpenMPI else { return }
      let trial = try Trial()
      for rank in [0, 2] {
        let name = "run-\(rank)"
        let run = try trial.start(
          name, ranks: 3, Self.endless, options: ["--enable-recovery"], transport: transport)
        #expect(run.comes(within: 60) { trial.lines(name) > 20 })
        try signal(run, rank, SIGKILL)
        let result = run.wait(timeout: 30)
        #expect(!result.hung, "\(result.text)")
        #expect(waitUntil(timeout: 10) { run.survivors == 0 })
        #expect(result.errorLines.count == 1, "\(result.errors)")
        #expect(
          result.errors.contains("error: rank \(rank) (\(Self.host)) has ended without a word"),
          "\(result.errors)")
        #expect(try trial.failure(name)?["rank"]?.intValue == rank)
      }
    }

    @Test(
      "a pause between the limits is told of, and leaves no trace", arguments: Transport.allCases)
    func pause(transport: Transport) throws {
      let trial = try Trial()
      let settings = SignalTests.long + ["watchdog.warn_after=1", "watchdog.end_after=30"]
      try trial.train("whole", ranks: nil, settings)
      let run = try trial.start("paused", ranks: 3, settings, transport: transport)
      #expect(run.comes(within: 60) { trial.lines("paused") > 20 })
      try signal(run, 1, SIGSTOP)
      usleep(4_000_000)
      try signal(run, 1, SIGCONT)
      let result = run.wait(timeout: 100)
      #expect(result.status == 0, "\(result.text)")
      #expect(result.errors.contains("warning: rank 1 (\(Self.host))"), "\(result.errors)")
      #expect(result.errorLines.isEmpty)
      #expect(try trial.digest("paused") == trial.digest("whole"))
      #expect(trial.log("paused", rank: 0).contains("warning: rank 1"))
    }

    @Test("when all are suspended nobody is to blame")
    func suspended() throws {
      let trial = try Trial()
      let settings = SignalTests.long + ["watchdog.warn_after=2", "watchdog.end_after=3"]
      try trial.train("whole", ranks: nil, settings)
      let run = try trial.start("suspended", ranks: 3, settings)
      #expect(run.comes(within: 60) { trial.lines("suspended") > 20 })
      for rank in 0..<3 { try signal(run, rank, SIGSTOP) }
      usleep(8_000_000)
      for rank in 0..<3 { try signal(run, rank, SIGCONT) }
      let result = run.wait(timeout: 100)
      #expect(result.status == 0 && !result.errors.contains("warning: rank"), "\(result.text)")
      #expect(try trial.digest("suspended") == trial.digest("whole"))
    }

    @Test("an evaluation may be long: of three ranks one has nothing to anneal")
    func longEvaluation() throws {
      let trial = try Trial()
      let result = try trial.train(
        "run", ranks: 3,
        [
          "watchdog.warn_after=2", "watchdog.end_after=4", "training.epochs=1",
          "model.likelihood=annealed", "model.ais.temperatures=30000", "model.ais.burn_in=100",
          "model.hidden=100",
        ])
      let log = try String(contentsOfFile: trial.path("run") + "/train.log", encoding: .utf8)
      let times = log.split(separator: "\n").compactMap { line in
        try? Date(String(line.prefix(19)) + "Z", strategy: .iso8601)
      }
      let longest = zip(times.dropFirst(), times).map { $0.timeIntervalSince($1) }.max() ?? 0
      #expect(longest > 5, "the evaluation took \(longest) s, which proves nothing")
      #expect(!result.errors.contains("warning: rank"), "\(result.errors)")
    }

    @Test("a checkpoint may be slow: the disk makes rank 0 wait for seconds")
    func slowCheckpoint() throws {
      let trial = try Trial(inMemory: true)
      let settings = [
        "watchdog.warn_after=2", "watchdog.end_after=4", "training.epochs=60",
        "checkpoint.every_steps=200", "evaluation.every_epochs=0",
      ]
      try trial.train("whole", ranks: nil, settings)
      let run = try trial.start("slow", ranks: 3, settings)
      #expect(run.comes(within: 60) { trial.lines("slow") > 5 })
      // Whoever opens a leased file to write waits until its holder lets go (fcntl(2), F_SETLEASE).
      let file = trial.path("slow") + "/checkpoints/step-00000400.h5.partial"
      let lease = try Lease(file)
      #expect(run.comes(within: 60) { lease.isWanted })
      usleep(8_000_000)
      #expect(run.isRunning)
      lease.release()
      let result = run.wait(timeout: 60)
      #expect(result.status == 0 && !result.errors.contains("warning: rank"), "\(result.text)")
      #expect(try trial.digest("slow") == trial.digest("whole"))
    }

    @Test("a rank that fails alone, where the launcher does nothing")
    func failsAlone() throws {
      guard Launcher.isOpenMPI else { return }
      // A row in the part of rank 0.
      let trial = try Trial(.spoilt([21]))
      let run = try trial.start(
        "run", ranks: 3,
        ["data.memory=64KiB", "data.cache=never"], options: ["--enable-recovery"])
      let result = run.wait(timeout: 40)
      #expect(!result.hung, "\(result.text)")
      #expect(waitUntil(timeout: 15) { run.survivors == 0 })
      #expect(result.errorLines.count == 1, "\(result.errors)")
      #expect(result.errorLines.first?.contains("/train/images[") ?? false, "\(result.errors)")
    }

    @Test("a log that cannot be written does not make rank 0 silent")
    func slowLog() throws {
      let trial = try Trial()
      try trial.train("run", ranks: 2)
      let log = trial.path("run") + "/logs/rank-0000.log"
      try FileManager.default.removeItem(atPath: log)
      let pipe = try FullPipe(log)
      let run = try trial.start("run", ranks: 3, Self.endless)
      #expect(run.comes(within: 60) { trial.lines("run") > 60 })
      usleep(1_500_000)
      pipe.fill()
      try signal(run, 1, SIGSTOP)
      let result = run.wait(timeout: 60)
      #expect(!result.hung && result.status == 5, "\(result.text)")
      #expect(result.errorLines.count == 1, "\(result.errors)")
      #expect(
        result.errorLines.first?.contains("rank 1 (\(Self.host))") ?? false, "\(result.errors)")
      #expect(try trial.failure("run")?["rank"]?.intValue == 1)
    }

    @Test("switched off it says nothing")
    func off() throws {
      let trial = try Trial()
      let settings = ["watchdog.warn_after=0", "watchdog.end_after=0", "training.epochs=100000"]
      let run = try trial.start("run", ranks: 2, settings)
      #expect(run.comes(within: 60) { trial.lines("run") > 20 })
      try signal(run, 1, SIGSTOP)
      usleep(6_000_000)
      #expect(run.isRunning)
      run.killAll()
    }

    private func signal(_ run: CommandRun, _ rank: Int, _ number: Int32) throws {
      let process = try #require(run.ranks[rank], "rank \(rank) is not there")
      #expect(kill(process, number) == 0)
    }
  }
}

/// A pipe in the place of a file: when it is full, whoever writes waits.
private final class FullPipe {
  private let file: Int32

  init(_ path: String) throws {
    guard mkfifo(path, 0o600) == 0 else { throw TestError("no pipe at \(path)") }
    file = open(path, O_RDWR | O_NONBLOCK)
  }

  deinit { close(file) }

  func fill() {
    for size in [4096, 1] {
      let bytes = [UInt8](repeating: 10, count: size)
      while write(file, bytes, size) > 0 {}
    }
  }
}
