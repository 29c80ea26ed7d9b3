@testable import Launching

/// Plans and jobs that tests make scripts of.
enum Samples {
  static func command(_ change: (inout TrainingCommand) -> Void = { _ in }) -> TrainingCommand {
    var command = TrainingCommand(
      program: ".build/release/swift-dist-train", configuration: "configs/quickstart.yaml",
      runDirectory: "runs/quickstart")
    change(&command)
    return command
  }

  static func plan(
    _ layout: RankLayout = .ranks(4), command: TrainingCommand = command(),
    time: WallTime? = WallTime(seconds: 3600), environment: [EnvironmentVariable] = [],
    modules: [String] = [], _ change: (inout Resources, inout MpirunCommand) -> Void = { _, _ in }
  ) throws -> LaunchPlan {
    var resources = try Resources(layout: layout, time: time)
    var mpirun = MpirunCommand(layout: layout)
    change(&resources, &mpirun)
    mpirun.cpusPerTask = resources.cpusPerTask
    return try LaunchPlan(
      command: command, resources: resources, mpirun: mpirun, modules: modules,
      environment: try EnvironmentVariable.threads(1) + environment)
  }

  static func job(
    _ name: String = "quickstart", _ step: StepLauncher = .mpirun,
    _ change: (inout BatchJob) -> Void = { _ in }
  ) -> BatchJob {
    var job = BatchJob(name: name, stepLauncher: step)
    change(&job)
    return job
  }

  static let sweep = command {
    $0.configuration = "configs/grbm-fashion-mnist.yaml"
    $0.runDirectory = "runs/grbm-fashion-mnist"
    $0.sweep = .init(over: "model.hidden=10,50,100,250", count: 4)
  }

  /// Everything that can be hostile is.
  static let hostile = command {
    $0.program = "bin/it's $(touch INJECTED)"
    $0.configuration = "a b'; touch INJECTED; '.yaml"
    $0.runDirectory = "runs/`touch INJECTED` \"x\""
    $0.settings = ["name=$(touch INJECTED)", "data.train.file=/a b/*;&|<>\\.h5"]
    $0.container = ["./wrap per"]
  }

  static func hostileEnvironment() throws -> [EnvironmentVariable] {
    [try EnvironmentVariable("VALUE", "$(touch INJECTED) ' \" \\ `touch INJECTED`")]
  }

  static func all(_ job: inout BatchJob) {
    (job.partition, job.account, job.qos) = ("batch,long", "physics", "high")
    (job.constraint, job.dependency) = ("[rack1|rack2]&avx2", "afterok:123:124,afterany:125")
    (job.output, job.extra) = (
      "logs of mine/%x-%j.out", ["--mail-type=END", "--comment=two words; $(and more)"]
    )
    (job.signalSeconds, job.maxTimeouts) = (300, 3)
  }
}
