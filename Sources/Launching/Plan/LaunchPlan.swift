/// Who starts the ranks of a job in its allocation.
public enum StepLauncher: Sendable, Equatable {
  /// Slurm's `srun --mpi=TYPE`, such as `pmix` or `pmi2`.
  case srun(mpi: String)
  /// `mpirun`.
  case mpirun
}

/// All that a launch is made of, checked: what runs, on what, and in which surroundings.
public struct LaunchPlan: Sendable, Equatable {
  /// What every rank runs.
  public var command: TrainingCommand
  /// What it is given.
  public var resources: Resources
  /// `mpirun`, where it starts the ranks.
  public var mpirun: MpirunCommand
  /// Environment modules to load (`module load`).
  public var modules: [String]
  /// Variables that all ranks get.
  public var environment: [EnvironmentVariable]

  /// A plan.
  /// - Throws: `LaunchError` for a module of another form than `name/version`, and for words that
  ///   no script can hold.
  public init(
    command: TrainingCommand, resources: Resources, mpirun: MpirunCommand, modules: [String] = [],
    environment: [EnvironmentVariable] = []
  ) throws {
    (self.command, self.resources, self.mpirun) = (command, resources, mpirun)
    (self.modules, self.environment) = (modules, environment)
    for module in modules where module.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.\/+-]*/) == nil {
      throw LaunchError("--module is '\(module)' but must be a name such as openmpi/4.1.4")
    }
    try check()
  }

  private func check() throws {
    guard !command.runDirectory.isEmpty else {
      throw LaunchError("the run directory has no name; give it one with --run-dir")
    }
    try ShellWord.check(command.program, what: "the path of the program")
    try ShellWord.check(command.configuration, what: "the path of the configuration")
    try ShellWord.check(command.runDirectory, what: "the run directory")
    for word in command.settings { try ShellWord.check(word, what: "--set") }
    for word in command.container { try ShellWord.check(word, what: "--container") }
    for word in command.words { try ShellWord.check(word, what: "a word of the command") }
    for word in mpirun.words { try ShellWord.check(word, what: "a word for \(mpirun.launcher)") }
  }
}
