import Foundation
import Objectives
import Tensors
import Testing

@testable import Training

@Suite("When the job's time is over") struct DeadlineTests {
  @Test("which variable counts")
  func variables() throws {
    func name(_ environment: [String: String]) throws -> String? {
      try Deadline(environment, now: 1000)?.name
    }
    #expect(try name([:]) == nil)
    #expect(try name(["SDT_DEADLINE": ""]) == nil)
    #expect(try name(["SLURM_JOB_END_TIME": "1500"]) == "SLURM_JOB_END_TIME")
    #expect(try name(["SLURM_JOB_END_TIME": "1500", "SDT_DEADLINE": "1400"]) == "SDT_DEADLINE")
    // The job was given more time after its start.
    #expect(try name(["SLURM_JOB_END_TIME": "900"]) == nil)
    #expect(throws: UsageError.self) { try name(["SDT_DEADLINE": "900"]) }
    #expect(throws: UsageError.self) { try name(["SDT_DEADLINE": "inf"]) }
  }

  @Test("a margin that is no less than the time that is left is a mistake")
  func longMargin() throws {
    var deadline = try #require(try Deadline(["SDT_DEADLINE": "2000"], now: 1000))
    try deadline.keep(margin: 999, now: 1000)
    var short = try #require(try Deadline(["SDT_DEADLINE": "2000"], now: 1000))
    let error = #expect(throws: UsageError.self) { try short.keep(margin: 1800, now: 1000) }
    // A sweep has asked when it began: a later value stops, and is no mistake.
    try deadline.keep(margin: 1800, now: 1000)
    #expect(deadline.floor == 999)
    #expect(error?.description.contains("1000 s are left") == true)
    var slurm = try #require(try Deadline(["SLURM_JOB_END_TIME": "2000"], now: 1000))
    try slurm.keep(margin: 1800, now: 1000)
    #expect(slurm.needed(steps: 0, evaluates: false) >= 1800)
  }

  @Test("the margin is learned")
  func margin() throws {
    var deadline = try #require(try Deadline(["SDT_DEADLINE": "2000"], now: 1000))
    try deadline.keep(margin: 10, now: 1000)
    #expect(deadline.left(now: 1900) == 100)
    deadline.expect(ParameterSet(SliceLayout([("weights", [1000, 1000])])))
    // 12 MB, at 50 MB/s, and a second, twice.
    #expect(abs(deadline.needed(steps: 0, evaluates: true) - 12.48) < 1e-9)
    for seconds in [3.0, 2] { deadline.take(checkpoint: seconds) }
    for seconds in [0.5, 1.5, 1] { deadline.take(step: seconds) }
    deadline.take(evaluation: 40)
    #expect(deadline.needed(steps: 0, evaluates: false) == 16)
    #expect(deadline.needed(steps: 2, evaluates: true) == 59)
  }
  @Test("what was learned is there at the next start, also of an evaluation that was cut short")
  func recalled() throws {
    let path = NSTemporaryDirectory() + "times-\(UUID().uuidString).json"
    defer { try? FileManager.default.removeItem(atPath: path) }
    func next(_ now: Double) throws -> Deadline {
      var deadline = try #require(try Deadline(["SDT_DEADLINE": "\(now + 1000)"], now: now))
      try deadline.keep(margin: 0, now: now)
      deadline.recall(from: path, now: now)
      return deadline
    }
    var first = try next(1000)
    #expect(first.times == LongestTimes())
    first.take(step: 2)
    first.take(checkpoint: 5)
    // The end of the time, 2000, comes before that of the evaluation.
    first.beginEvaluation(now: 1700)
    var second = try next(2500)
    #expect(second.needed(steps: 1, evaluates: true) == 10 + 2 + 300)
    #expect(second.needed(steps: 1, evaluates: false) == 10 + 2)
    second.beginEvaluation(now: 2600)
    second.take(evaluation: 310)
    second.endEvaluation()
    // Killed long before its time is over: nothing is known.
    second.beginEvaluation(now: 2950)
    #expect(try next(3000).needed(steps: 0, evaluates: true) == 10 + 310)
    for spoilt in ["", "{", "{\"step\": -1, \"checkpoint\": \"x\"}", "[]"] {
      try spoilt.write(toFile: path, atomically: true, encoding: .utf8)
      #expect(try next(4000).times == LongestTimes(), "\(spoilt)")
    }
  }
}
