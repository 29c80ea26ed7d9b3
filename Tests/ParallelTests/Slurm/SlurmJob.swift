import Foundation
import Testing

/// A batch job.
struct SlurmJob {
  /// The number; of a task of an array `12_0`.
  let id: String
  let slurm: SlurmHere
  /// The folder in which it was submitted.
  let folder: String

  /// What `scontrol show job` says under a name, such as `JobState`.
  func field(_ name: String) throws -> String {
    let words = try slurm.output("scontrol", "show", "job", "--oneliner", id).split(separator: " ")
    guard let word = words.first(where: { $0.hasPrefix(name + "=") }) else {
      throw TestError("scontrol does not tell the \(name) of job \(id)")
    }
    return String(word.dropFirst(name.count + 1))
  }

  /// `PENDING`, `RUNNING`, `COMPLETING`, and then `COMPLETED`, `FAILED`, `CANCELLED`, `TIMEOUT`.
  var state: String { get throws { try field("JobState") } }

  /// How often it was started again.
  var restarts: Int { get throws { try #require(Int(try field("Restarts"))) } }

  /// The exit code of its script, and the signal that ended it: `3:0`.
  var exitCode: String { get throws { try field("ExitCode") } }

  /// How long it has been running since it was last started, in seconds, of a job of less than an hour: `00:01:30`.
  var runTime: Int {
    get throws {
      try field("RunTime").split(separator: ":").reduce(0) { 60 * $0 + (Int($1) ?? 0) }
    }
  }

  /// Waits until it has ended for good, and gives its state.
  func wait(
    timeout: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> String {
    let end = Date(timeIntervalSinceNow: timeout)
    var state = try self.state
    while Self.goesOn.contains(state) && Date() < end {
      usleep(100_000)
      state = try self.state
    }
    #expect(
      !Self.goesOn.contains(state), "job \(id) is still \(state) after \(timeout) s: \(report)",
      sourceLocation: sourceLocation)
    return state
  }

  private static let goesOn: Set = [
    "PENDING", "CONFIGURING", "RUNNING", "COMPLETING", "SUSPENDED", "REQUEUED",
  ]

  /// What it has printed.
  var output: String {
    get throws {
      let bytes = FileManager.default.contents(atPath: try field("StdOut")) ?? Data()
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  /// For the message of a failed test: what it has printed, and the ends of Slurm's logs.
  var report: String {
    let all = (try? output) ?? "(no output)"
    let job = (try? slurm.output("scontrol", "show", "job", id)) ?? ""
    return "\n--- job \(id)\n\(job)\n--- its output\n\(all)\n\(slurm.logs)"
  }
}
