import Foundation
import Reporting
import Testing

/// A trial whose runs are batch jobs.
struct SlurmTrial {
  let trial: Trial
  let slurm: SlurmHere

  /// How a job starts its ranks.
  static let launchers = ["srun", "mpirun"]

  /// 700 steps of some seconds, which can be met in the middle.
  static let settings = [
    "training.epochs=100", "evaluation.every_epochs=50", "model.hidden=200",
    "model.gibbs_steps=25",
  ]

  /// Nil where a Slurm cannot run, and need not.
  init?() throws {
    trial = try Trial()
    guard let slurm = try SlurmHere.start(scratch: trial.folder) else { return nil }
    self.slurm = slurm
  }

  /// Has `launch slurm` write a script, and submits it.
  /// - Parameters:
  ///   - run: the run directory.
  ///   - launcher: `srun` or `mpirun`.
  ///   - options: more words for `launch slurm`.
  func submit(
    _ run: String, _ launcher: String, ranks: Int = 2, _ settings: [String] = settings,
    options: [String] = []
  ) throws -> SlurmJob {
    let script = trial.path(run) + ".sh"
    let words =
      [
        "launch", "slurm", trial.folder + "/trial.yaml", "--run-dir", trial.path(run), "--ranks",
        "\(ranks)", "--step-launcher", launcher, "--output", script,
        // The node says that it has more cores than the machine.
        "--bind-to", "none",
      ] + options + settings.flatMap { ["--set", $0] }
    let written = try Launcher.start(words, ranks: nil).wait()
    guard written.status == 0 else { throw TestError(written.text) }
    return try submit(script)
  }

  /// Submits a script.
  func submit(_ script: String, options: [String] = []) throws -> SlurmJob {
    let words = ["sbatch", "--parsable", "--chdir", trial.folder] + options + [script]
    let result = try slurm.run(words)
    guard result.status == 0 else { throw TestError("sbatch: \(result.text)\n\(slurm.logs)") }
    let id = result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    return SlurmJob(id: id, slurm: slurm, folder: trial.folder)
  }

  /// Starts a run by srun and one by mpirun, named so, and waits until both are in the middle.
  func begin(_ launchers: [String] = launchers, options: [String] = []) throws -> [SlurmJob] {
    let jobs = try launchers.map { try submit($0, $0, options: options) }
    for (run, job) in zip(launchers, jobs) { try reach(30, run, job) }
    return jobs
  }

  /// Waits until a run has made so many steps.
  func reach(
    _ steps: Int, _ run: String, _ job: SlurmJob, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let reached = waitUntil(timeout: 60) { trial.lines(run) >= steps }
    try #require(reached, "not at step \(steps): \(job.report)", sourceLocation: sourceLocation)
  }

  /// Waits until a job is done, and compares what came of its run with a run without Slurm.
  func finish(
    _ run: String, _ job: SlurmJob, restarts: ClosedRange<Int>, timeout: Double = 120,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let state = try job.wait(timeout: timeout, sourceLocation: sourceLocation)
    #expect(state == "COMPLETED", "\(job.report)", sourceLocation: sourceLocation)
    #expect(try restarts.contains(job.restarts), "\(job.report)", sourceLocation: sourceLocation)
    let end = try RunEnd(trial, run)
    #expect(
      try end == Self.undisturbed.get(), "\(job.report)", sourceLocation: sourceLocation)
  }

  /// What a run of the same settings came to, on one process that nothing interrupted.
  private static let undisturbed = Result {
    let trial = try Trial()
    try trial.train("whole", ranks: nil, settings)
    return try RunEnd(trial, "whole")
  }
}

/// What a run came to.
private struct RunEnd: Equatable, Sendable {
  let digest: String
  let metrics: [MetricsLog.Record]

  init(_ trial: Trial, _ run: String) throws {
    digest = try trial.digest(run)
    metrics = try trial.metrics(run)
  }
}
