import ArgumentParser
import MessagePassing
import Training

/// `train`: trains what a configuration describes.
struct TrainCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a model.",
    discussion: """
      On one core:         swift-dist-train train configs/rbm-mnist.yaml
      On four:             mpirun -n 4 swift-dist-train train configs/rbm-mnist.yaml
      With other settings: … --set training.epochs=5 --set optimizer.learning_rate=0.02

      Every setting of the configuration, with its default, is in the config.yaml that a run writes. \
      A run that was stopped or killed goes on from its newest whole checkpoint when it is started \
      again, on any number of ranks up to training.shards.
      """)

  @Argument(help: ArgumentHelp("The configuration, YAML.", valueName: "config"))
  var file: String

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Replace a setting, such as model.hidden=200; may be repeated.", valueName: "key=value"))
  var settings: [String] = []

  @Option(
    help:
      "auto: go on from the newest checkpoint, if any; never: from the beginning, removing older checkpoints; or a checkpoint's path."
  )
  var resume = "auto"

  @Option(name: .customLong("run-dir"), help: "Where results go. (default: runs/<name>)")
  var runDirectory: String?

  @Option(help: "Train so many epochs, whatever the configuration says.")
  var epochs: Int?

  @Option(help: "Stop after so many updates.")
  var steps: Int?

  @OptionGroup var timeline: TraceArguments

  @Flag(help: "Print errors and nothing else.")
  var quiet = false

  @OptionGroup
  var log: LogArguments

  func validate() throws {
    guard epochs == nil || steps == nil else {
      throw ValidationError("--epochs and --steps exclude each other.")
    }
  }

  var refusesToBeAlone: Bool { true }

  func run(_ communicator: Communicator) throws -> ExitStatus {
    StopRequest.listen()
    log.prepare(communicator, isQuiet: quiet)
    let limits =
      (epochs.map { ["training.epochs=\($0)"] } ?? [])
      + (steps.map { ["training.steps=\($0)"] } ?? [])
    let start: TrainingOptions.Resume =
      switch resume {
      case "auto": .auto
      case "never": .never
      default: .path(resume)
      }
    let options = TrainingOptions(
      configuration: file, settings: settings + limits, resume: start,
      runDirectory: runDirectory, isQuiet: quiet, trace: timeline.steps)
    return try TrainingRun(communicator, options).run()
  }
}
