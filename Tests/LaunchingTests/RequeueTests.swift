import Foundation
import Testing

@testable import Launching

/// What batch scripts do after the ranks have ended, with stand-ins for the scheduler.
@Suite("Requeue") struct RequeueTests {
  private let standIns: StandIns
  init() throws { standIns = try StandIns() }

  private func slurm(
    _ command: TrainingCommand = Samples.command(), _ change: (inout BatchJob) -> Void = { _ in }
  ) throws -> String {
    let plan = try Samples.plan(command: command)
    return try SlurmScript(plan, Samples.job("x", .srun(mpi: "pmix"), change)).text()
  }

  /// The end of the job, so many seconds from now.
  private func end(in seconds: Int) -> String {
    "\(Int(Date().timeIntervalSince1970) + seconds)"
  }

  private var requeues: Int {
    get throws { try standIns.calls("scontrol").count { $0.first == "requeue" } }
  }

  @Test("other exit codes are passed on", arguments: ["0", "1", "2", "4", "5", "137"])
  func passedOn(code: String) throws {
    let result = try standIns.run(slurm(), ["STEP": code, "SLURM_JOB_END_TIME": end(in: 10)])
    #expect(result.status == Int32(code))
    #expect(try requeues == 0)
  }

  @Test("a stop by the program's own clock is a time-out, however much time is left") func clock()
    throws
  {
    let script = try slurm { $0.maxTimeouts = 2 }
    let early = ["STEP": "3", "SLURM_JOB_END_TIME": end(in: 9000)]
    for expected in [1, 2, 2] {
      let result = try standIns.run(script, early.merging(["STOPPED": "time"]) { $1 })
      #expect(result.status == 3, "\(result.text)")
      #expect(try requeues == expected)
    }
    // By a signal it is a preemption, and one of an earlier run says nothing.
    _ = try standIns.run(script, early.merging(["STOPPED": "signal"]) { $1 })
    #expect(try requeues == 3)
    let folder = standIns.folder + "/work/runs/quickstart"
    try "time\n".write(toFile: folder + "/stopped", atomically: true, encoding: .utf8)
    _ = try standIns.run(script, early)
    #expect(try requeues == 4)
  }

  @Test(
    "ranks that srun killed while they were ending have stopped", arguments: ["137", "143"],
    [true, false])
  func killedAtTheEnd(code: String, requeues mayRequeue: Bool) throws {
    let script = try slurm { $0.mayRequeue = mayRequeue }
    let early = ["STEP": code, "SLURM_JOB_END_TIME": end(in: 9000)]
    let stopped = try standIns.run(script, early.merging(["STOPPED": "signal"]) { $1 })
    #expect(stopped.status == 3, "\(stopped.text)")
    #expect(try requeues == (mayRequeue ? 1 : 0))
    // A real failure, after the stop of an earlier run.
    #expect(try standIns.run(script, early).status == Int32(code))
    #expect(try requeues == (mayRequeue ? 1 : 0))
  }

  @Test(
    "a failure keeps its code, whatever the program wrote before", arguments: ["1", "5", "139"])
  func failedAtTheEnd(code: String) throws {
    let result = try standIns.run(slurm(), ["STEP": code, "STOPPED": "time"])
    #expect(result.status == Int32(code))
    #expect(try requeues == 0)
  }

  @Test("time-outs: as often as allowed for a submission; preemptions between do not count")
  func timeOuts() throws {
    let script = try slurm { $0.maxTimeouts = 2 }
    let (late, early) = (["STEP": "3", "SLURM_JOB_END_TIME": end(in: 200)], end(in: 9000))
    for expected in [1, 2] {
      #expect(try standIns.run(script, late).status == 3)
      #expect(try requeues == expected)
    }
    for expected in [3, 4, 5] {
      _ = try standIns.run(script, late.merging(["SLURM_JOB_END_TIME": early]) { $1 })
      #expect(try requeues == expected)
    }
    let last = try standIns.run(script, late)
    #expect(last.status == 3 && last.text.contains("requeued 2 times"), "\(last.text)")
    #expect(try requeues == 5)
    // A new submission counts afresh.
    _ = try standIns.run(script, late.merging(["SLURM_JOB_ID": "99"]) { $1 })
    #expect(try requeues == 6)
    #expect(try standIns.calls("scontrol").last == ["requeue", "99"])
  }

  @Test("a stop whose time is not known counts as a time-out") func unknownEnd() throws {
    let script = try slurm { $0.maxTimeouts = 0 }
    #expect(try standIns.run(script, ["STEP": "3"]).status == 3)
    #expect(try requeues == 0)
  }

  @Test("the end of the job is asked of squeue where Slurm does not say it") func endOfJob() throws
  {
    let now = Date(timeIntervalSinceNow: 9000)
    let format = DateFormatter()
    format.dateFormat = "yyyy-MM-dd'T'HH:mm:ss"
    format.timeZone = TimeZone(identifier: "UTC")
    _ = try standIns.run(
      slurm(), ["END": format.string(from: now), "TZ": "UTC", "SDT_DEADLINE": "5"])
    let seconds = Int(now.timeIntervalSince1970)
    #expect(try standIns.environment("srun").contains("SDT_DEADLINE=\(seconds)"))
    // One that Slurm does not know, and one that was left by another job.
    for end in ["N/A", "Unknown", "", "2$(touch INJECTED)"] {
      _ = try standIns.run(slurm(), ["END": end, "SDT_DEADLINE": "5", "SLURM_JOB_END_TIME": ""])
      let names = try standIns.environment("srun").filter { $0.hasPrefix("SDT_DEADLINE=") }
      #expect(names.isEmpty, "\(end)")
    }
    _ = try standIns.run(slurm(), ["SLURM_JOB_END_TIME": "a[$(touch INJECTED)]", "STEP": "3"])
    #expect(!standIns.isInjected)
  }

  @Test(
    "a damaged count is a count of nothing",
    arguments: ["", "71", "71 x", "71 a[$(touch INJECTED)]", "71 08"])
  func damagedCount(text: String) throws {
    let folder = standIns.folder + "/work/runs/quickstart"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try text.write(toFile: folder + "/time-outs", atomically: true, encoding: .utf8)
    let result = try standIns.run(slurm(), ["STEP": "3", "SLURM_JOB_END_TIME": end(in: 100)])
    #expect(result.status == 3)
    #expect(try requeues == 1 && !standIns.isInjected)
    let count = try String(contentsOfFile: folder + "/time-outs", encoding: .utf8)
    #expect(count == "71 1\n")
  }

  @Test(
    "a signal reaches the ranks, and is a preemption long before the end",
    arguments: [SIGUSR1, SIGTERM])
  func signals(signal: Int32) throws {
    for _ in 0..<3 {
      let result = try standIns.run(
        slurm { $0.maxTimeouts = 0 }, ["STEP": "wait", "SLURM_JOB_END_TIME": end(in: 9000)],
        signal: signal)
      #expect(result.status == 3, "\(result.text)")
    }
    #expect(try requeues == 3)
  }

  @Test(
    "scancel, or a requeue by others, is not answered by a requeue",
    arguments: ["COMPLETING", "CANCELLED", "PENDING", ""])
  func scancel(state: String) throws {
    let result = try standIns.run(
      slurm(), ["STEP": "wait", "SLURM_JOB_END_TIME": end(in: 9000), "STATE": state],
      signal: SIGTERM)
    #expect(result.status == 3, "\(result.text)")
    #expect(try requeues == 0)
  }

  @Test("a count that cannot be written is told of: a full disk") func fullDisk() throws {
    let folder = standIns.folder + "/work/runs/quickstart"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder + "/time-outs", withDestinationPath: "/dev/full")
    let result = try standIns.run(slurm(), ["STEP": "3", "SLURM_JOB_END_TIME": end(in: 100)])
    #expect(result.status == 3 && result.text.contains("time-outs cannot be written"))
    #expect(!result.text.contains("requeued 10 times"), "\(result.text)")
    #expect(try requeues == 0)
  }

  @Test("a Slurm that does not answer is asked again", arguments: [1, 2, 3])
  func silentSlurm(failures: Int) throws {
    try standIns.doNotSleep()
    let job = [
      "STEP": "3", "SLURM_JOB_END_TIME": end(in: 9000), "SILENT": "\(failures)",
    ]
    let result = try standIns.run(slurm(), job)
    #expect(result.status == 3)
    #expect(try standIns.calls("squeue").count == min(failures + 1, 3))
    #expect(try requeues == (failures < 3 ? 1 : 0))
    #expect(result.text.contains("does not say") == (failures == 3), "\(result.text)")
  }

  @Test("ranks that the signal ended before they listened are started again") func tooEarly() throws
  {
    let result = try standIns.run(
      slurm(), ["STEP": "late", "SLURM_JOB_END_TIME": end(in: 9000)], signal: SIGUSR1)
    #expect(result.status == 3, "\(result.text)")
    #expect(try requeues == 1)
  }

  @Test("--no-requeue") func noRequeue() throws {
    let result = try standIns.run(
      slurm { $0.mayRequeue = false }, ["STEP": "wait", "SLURM_JOB_END_TIME": end(in: 9000)],
      signal: SIGUSR1)
    #expect(result.status == 3 && result.text.contains("submit the job again"), "\(result.text)")
    #expect(try requeues == 0)
  }

  @Test("a refused requeue is asked for again, then says what to do") func refused() throws {
    try standIns.doNotSleep()
    let result = try standIns.run(
      slurm(), ["STEP": "3", "REQUEUE": "1", "SLURM_JOB_END_TIME": end(in: 9000)])
    #expect(result.status == 3 && result.text.contains("submit the job again"), "\(result.text)")
    #expect(try requeues == 3)
  }

  @Test("an element of an array trains its value, and is requeued and counted by itself")
  func array() throws {
    let script = try slurm(Samples.sweep)
    _ = try standIns.run(script, ["STEP": "3", "SLURM_JOB_END_TIME": end(in: 100)])
    let words = try #require(try standIns.calls("srun").first)
    #expect(Array(words.suffix(2)) == ["--task", "2"])
    #expect(try standIns.calls("scontrol") == [["requeue", "70_2"]])
    let count = standIns.folder + "/work/runs/grbm-fashion-mnist/time-outs-2"
    #expect(try String(contentsOfFile: count, encoding: .utf8) == "70_2 1\n")
  }

  @Test("PBS: time-outs bounded, SIGTERM not answered", arguments: PBSDialect.allCases)
  func pbs(dialect: PBSDialect) throws {
    let job = Samples.job { $0.maxTimeouts = 1 }
    let plan = try Samples.plan(command: Samples.sweep, time: WallTime(seconds: 60))
    let script = try PBSScript(plan, job, dialect: dialect).text()
    for code in ["0", "2", "5"] {
      #expect(try standIns.run(script, ["STEP": code]).status == Int32(code))
    }
    _ = try standIns.run(script, ["STEP": "wait"], signal: SIGTERM)
    #expect(try standIns.calls("qrerun").isEmpty)
    for _ in 0..<2 { #expect(try standIns.run(script, ["STEP": "3"]).status == 3) }
    #expect(try standIns.calls("qrerun") == [["72.server"]])
    let words = try #require(try standIns.calls("mpirun").first)
    #expect(Array(words.suffix(2)) == ["--task", "2"])
    #expect(Array(words.drop { $0 != "--hostfile" }.prefix(2)) == ["--hostfile", "hosts"])
  }

  @Test("LSF: exit code 99 asks for a requeue; time-outs bounded, SIGTERM not answered")
  func lsf() throws {
    let job = Samples.job { ($0.maxTimeouts, $0.signalSeconds) = (1, 30) }
    let short = try Samples.plan(command: Samples.sweep, time: WallTime(seconds: 60))
    let script = try LSFScript(short, job).text()
    for code in ["0", "2", "5"] {
      #expect(try standIns.run(script, ["STEP": code]).status == Int32(code))
    }
    #expect(try standIns.run(script, ["STEP": "wait"], signal: SIGTERM).status == 3)
    #expect(try standIns.run(script, ["STEP": "3"]).status == 99)
    #expect(try standIns.run(script, ["STEP": "3"]).status == 3)
    let long = try LSFScript(Samples.plan(), job).text()
    for _ in 0..<3 {
      #expect(try standIns.run(long, ["STEP": "wait"], signal: SIGUSR1).status == 99)
    }
    let words = try #require(try standIns.calls("mpirun").first)
    #expect(Array(words.suffix(2)) == ["--task", "2"])
  }
}
