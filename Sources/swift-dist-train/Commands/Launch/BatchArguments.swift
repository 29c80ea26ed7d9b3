import ArgumentParser
import Launching

/// What batch schedulers are told besides.
struct BatchArguments: ParsableArguments {
  @Option(help: "The limit of time: minutes, HH:MM:SS or D-HH:MM:SS.")
  var time: String?

  @Option(help: "The memory of a node, such as 16G.")
  var memory: String?

  @Flag(help: "Share nodes with no other job.")
  var exclusive = false

  @Option(help: "The partition or queue.")
  var partition: String?

  @Option(help: "Who pays.")
  var account: String?

  @Option(help: "The quality of service (Slurm).")
  var qos: String?

  @Option(help: "Features that nodes must have (Slurm).")
  var constraint: String?

  @Option(help: "Jobs to wait for, such as afterok:123; for LSF 'done(123)'.")
  var dependency: String?

  @Option(help: "What the job is called. (default: the name of the run directory)")
  var jobName: String?

  @Option(
    help:
      "Where the job's output goes, with the scheduler's own patterns. (default: slurm-<name>-<job>.out)"
  )
  var jobOutput: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "One more option for the scheduler, such as --mail-type=END; may be repeated.",
      valueName: "option"))
  var extra: [String] = []

  @Option(help: "How many seconds before its limit the job is told; 0: not at all.")
  var signalSeconds = 120

  @Flag(
    inversion: .prefixedNo,
    help: "Put the job back into the queue when it was stopped with a checkpoint.")
  var requeue = true

  @Option(help: "How often it goes back because its time was over. Preemptions do not count.")
  var maxTimeouts = 10

  @Option(help: "How many values of a sweep may run at a time.")
  var atOnce: Int?

  @Flag(help: "Submit the script, and print the job's number.")
  var submit = false
}

extension BatchArguments {
  func complete(_ resources: inout Resources) throws {
    resources.time = try time.map { try WallTime($0) }
    resources.memory = try memory.map { try MemorySize($0) }
    resources.isExclusive = exclusive
  }

  /// - Parameter name: that of the run.
  func job(_ plan: LaunchPlan, _ stepLauncher: StepLauncher = .mpirun) -> BatchJob {
    let folder = plan.command.runDirectory.split(separator: "/").last.map(String.init)
    var job = BatchJob(name: folder ?? "run", stepLauncher: stepLauncher)
    job.name = jobName ?? job.name
    (job.partition, job.account, job.qos) = (partition, account, qos)
    (job.constraint, job.dependency, job.output) = (constraint, dependency, jobOutput)
    (job.extra, job.signalSeconds) = (extra, signalSeconds)
    (job.mayRequeue, job.maxTimeouts, job.atOnce) = (requeue, maxTimeouts, atOnce)
    return job
  }

  /// Writes the script, submits it, or both.
  func finish(_ script: String, _ arguments: LaunchArguments, _ command: Submission) throws {
    if !submit || arguments.output != nil { try arguments.write(script) }
    if submit { print(try command.submit(script)) }
  }
}
