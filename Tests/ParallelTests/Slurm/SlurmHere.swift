import Foundation
import Testing

/// A Slurm of a test's own on this machine: `cluster/slurm-here`. It ends with this object, and with this
/// process.
final class SlurmHere {
  let folder: String
  /// What a command needs to talk to it, and a job to run as root on more ranks than cores.
  private let environment: [String: String]
  private static let script =
    FileManager.default.currentDirectoryPath + "/cluster/slurm-here"

  /// Starts one, in about a second. Where that is not possible a test is skipped with a line that says why; where it must
  /// be possible (`CI=true`) that is a failure.
  /// - Parameter scratch: where jobs may leave what Open MPI shares between ranks.
  static func start(scratch: String) throws -> SlurmHere? {
    let slurm = SlurmHere(scratch: scratch)
    let result = try slurm.script("start", ["--until-exit", "\(getpid())"])
    if result.status == 0 { return slurm }
    let reason = "a Slurm cannot run here: \(result.errors)"
    if result.status != 2 || ProcessInfo.processInfo.environment["CI"] == "true" {
      throw TestError(reason)
    }
    FileHandle.standardError.write(Data("skipped: \(reason)\n".utf8))
    return nil
  }

  private init(scratch: String) {
    // Slurm makes sockets below it, whose paths must be short.
    let place = FileManager.default.temporaryDirectory
    folder = place.appendingPathComponent("slurm-\(UUID().uuidString.prefix(8))").path
    environment = [
      "SLURM_CONF": folder + "/slurm.conf", "OMPI_ALLOW_RUN_AS_ROOT": "1",
      "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1", "OMPI_MCA_mpi_yield_when_idle": "1",
      // In the place of CommandRun's folder, which goes when sbatch has ended, before the job.
      "SDT_SCRATCH": scratch,
    ]
  }

  deinit {
    _ = try? script("stop", [])
    try? FileManager.default.removeItem(atPath: folder)
  }

  private func script(_ action: String, _ options: [String]) throws -> CommandResult {
    try CommandRun([Self.script, action, "--folder", folder] + options).wait(timeout: 60)
  }

  /// Runs a command that talks to it.
  func run(_ words: [String], timeout: Double = 60) throws -> CommandResult {
    // sbatch gives its environment to the job.
    let shell = "export OMPI_MCA_btl_vader_backing_directory=$SDT_SCRATCH; exec \"$@\""
    return try CommandRun(["bash", "-c", shell, "bash"] + words, environment: environment)
      .wait(timeout: timeout)
  }

  /// Runs a command that must succeed, and gives its output.
  @discardableResult
  func output(_ words: String...) throws -> String {
    let result = try run(words)
    guard result.status == 0 else {
      throw TestError("\(words.joined(separator: " ")): \(result.text)\n\(logs)")
    }
    return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The last lines of the daemons' logs.
  var logs: String {
    ["slurmctld.log", "slurmd.log"].map { name in
      "--- \(name)\n" + lastLines(20, of: folder + "/" + name)
    }.joined(separator: "\n")
  }

  /// The processes of a job's ranks, by rank.
  func ranks(of job: String) -> [Int: pid_t] {
    var found: [Int: pid_t] = [:]
    let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    for process in numbers.compactMap(pid_t.init) {
      guard let entries = Self.environment(of: process),
        entries.contains("SLURM_JOB_ID=\(job)"),
        entries.contains("SLURM_CONF=\(folder)/slurm.conf"),
        let rank = entries.first(where: { $0.hasPrefix("PMIX_RANK=") })
      else { continue }
      found[Int(rank.dropFirst(10))!] = process
    }
    return found
  }

  private static func environment(of process: pid_t) -> [Substring]? {
    FileManager.default.contents(atPath: "/proc/\(process)/environ").map {
      String(decoding: $0, as: UTF8.self).split(separator: "\0")
    }
  }
}

/// The last lines of a file.
func lastLines(_ count: Int, of path: String) -> String {
  let bytes = FileManager.default.contents(atPath: path) ?? Data()
  let lines = String(decoding: bytes, as: UTF8.self)
    .split(separator: "\n", omittingEmptySubsequences: false)
  return lines.suffix(count).joined(separator: "\n")
}
