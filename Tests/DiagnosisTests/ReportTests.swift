import Foundation
import Reporting
import Testing
import Training

@testable import Diagnosis

@Suite("Report")
struct ReportTests {
  private var report: Report {
    var report = Report(ranks: 3)
    report.hosts = ["a", "b"]
    report.findings = [
      Finding(.speed, .ok, "even"),
      Finding(
        .cores, .problem, String(repeating: "many ranks ", count: 20), advice: "start fewer",
        ranks: [1, 2], hosts: ["b"]),
    ]
    report.reductions = [ReductionTime(transport: "messages", bytes: 1 << 20, microseconds: 500)]
    return report
  }

  @Test("for people: lines of at most 118 characters, in the order of the checks")
  func text() {
    let lines = report.text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 118 })
    #expect(lines[0] == "3 ranks on a, b")
    #expect(lines[3].hasPrefix("cores          problem  many ranks"))
    #expect(lines.contains { $0.hasSuffix("do: start fewer") })
    #expect(lines.last == "1 problem, 0 notes")
    #expect(report.text.contains("2.10"))
  }

  @Test("for programs")
  func json() throws {
    let json = try JSONValue(parsing: report.json.encoded())
    #expect(json["schema"]?.intValue == 1 && json["ranks"]?.intValue == 3)
    #expect(json["verdict"]?.stringValue == "problem")
    let findings = try #require(json["findings"]?.arrayValue)
    #expect(findings.map { $0["check"]?.stringValue } == ["cores", "speed"])
    #expect(findings[0]["ranks"]?.arrayValue == [1, 2])
    #expect(findings[1]["advice"] == .null)
    #expect(json["all_reduce"]?.arrayValue?.first?["gigabytes_per_second"]?.doubleValue == 2.097152)
  }

  @Test("a problem alone makes the exit code")
  func status() {
    var report = Report(ranks: 1)
    #expect(report.status == .done)
    report.findings = [Finding(.speed, .note, "slow")]
    #expect(report.status == .done)
    report.findings.append(Finding(.cores, .problem, "none"))
    #expect(report.status == .failed)
  }

  @Test("names of ranks")
  func names() {
    let all = [0, 1, 2, 5, 7].map { OfRank($0, $0 < 3 ? "a" : "b", 0) }
    #expect(name(all) == "ranks 0-2, 5, 7 (a, b)")
    #expect(name([all[3]]) == "rank 5 (b)")
  }
}

@Suite("Bounded time")
struct BoundedTests {
  @Test("work that ends, fails, and never ends")
  func work() {
    guard case .done(7) = bounded(seconds: 5, { 7 }) else {
      Issue.record("no answer")
      return
    }
    guard case .failed = bounded(seconds: 5, { try ReportTests.fail() }) else {
      Issue.record("no failure")
      return
    }
    let start = Clock.now
    guard case .late = bounded(seconds: 0.2, { sleep(3) }) else {
      Issue.record("it waited")
      return
    }
    #expect(Clock.now - start < 2)
  }

  @Test("a program that ends, and one that does not")
  func program() {
    guard case .done(let output) = ChildProcess("echo", ["a b"]).run(seconds: 10) else {
      Issue.record("no output")
      return
    }
    #expect(output.text == "a b\n" && output.status == 0)
    let start = Clock.now
    // It holds its output open, and does not listen to SIGTERM.
    let stubborn = ChildProcess("sh", ["-c", "trap '' TERM; while :; do sleep 1; done"])
    guard case .late = stubborn.run(seconds: 0.5) else {
      Issue.record("it waited")
      return
    }
    #expect(Clock.now - start < 5)
  }

  @Test("variables of the environment are set and removed")
  func environment() {
    let child = ChildProcess(
      "sh", ["-c", "echo $A-${HOME:-none}"], environment: ["A": "x", "HOME": nil])
    guard case .done(let output) = child.run(seconds: 10) else {
      Issue.record("no output")
      return
    }
    #expect(output.text == "x-none\n")
  }
}

extension ReportTests {
  private struct Failure: Error {}
  fileprivate static func fail() throws -> Int { throw Failure() }
}
