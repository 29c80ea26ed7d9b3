/// What a scheduler is told of a job, besides its resources. The words are Slurm's; PBS and LSF
/// have others for the same things.
public struct BatchJob: Sendable, Equatable {
  /// The name that lists of jobs show.
  public var name: String
  /// The partition or queue (`sbatch --partition`, `qsub -q`, `bsub -q`).
  public var partition: String?
  /// Who pays (`sbatch --account`, `qsub -A`, `bsub -P`).
  public var account: String?
  /// The quality of service (`sbatch --qos`).
  public var qos: String?
  /// Features that nodes must have (`sbatch --constraint`).
  public var constraint: String?
  /// Jobs to wait for, such as `afterok:123` (`sbatch --dependency`, `qsub -W depend`, `bsub -w`).
  public var dependency: String?
  /// Where output goes, with the scheduler's own patterns.
  public var output: String?
  /// More options for the scheduler, one a directive.
  public var extra: [String] = []
  /// How many seconds before the limit the job is told (`sbatch --signal`).
  public var signalSeconds = 120
  /// Whether the job goes back into the queue when it was stopped with a checkpoint.
  public var mayRequeue = true
  /// How often it may go back because its time was over; preemptions do not count.
  public var maxTimeouts = 10
  /// How many values of a sweep may run at a time; nil does not limit them.
  public var atOnce: Int?
  /// Who starts the ranks.
  public var stepLauncher: StepLauncher

  /// A job.
  /// - Parameter name: what it is called; characters that no scheduler takes become `_`.
  public init(name: String, stepLauncher: StepLauncher = .mpirun) {
    self.stepLauncher = stepLauncher
    let ascii = name.map { character in
      let isFit = character.isASCII && (character.isLetter || character.isNumber)
      return isFit || "._-".contains(character) ? character : "_"
    }
    let isFit = ascii.first.map { $0.isLetter || $0.isNumber } ?? false
    self.name = String((isFit ? ascii : ["j"] + ascii).prefix(64))
  }

  /// - Throws: `LaunchError` when a number is out of its range.
  func check() throws {
    guard (0...86400).contains(signalSeconds) else {
      throw LaunchError("--signal-seconds is \(signalSeconds) but must be from 0 to 86400")
    }
    guard (0...1_000_000).contains(maxTimeouts) else {
      throw LaunchError("--max-timeouts is \(maxTimeouts) but must be from 0 to 1000000")
    }
    if let atOnce, !(1...65536).contains(atOnce) {
      throw LaunchError("--at-once is \(atOnce) but must be from 1 to 65536")
    }
    if case .srun(let mpi) = stepLauncher, mpi.wholeMatch(of: /[a-z0-9_]+/) == nil {
      throw LaunchError("--srun-mpi is '\(mpi)' but must be a type that srun --mpi=list shows")
    }
  }

  /// - Throws: `LaunchError` when the job would be told of its end as soon as it starts.
  func checkSignal(_ time: WallTime?) throws {
    guard let time, signalSeconds >= time.seconds else { return }
    throw LaunchError(
      "--signal-seconds is \(signalSeconds) but --time is \(time.seconds) s: the job would be told to stop as it starts; "
        + "give a smaller --signal-seconds, or more time")
  }
}
