import ArgumentParser
import MessagePassing
import Training

/// `sweep`: trains a configuration for several values of one key.
struct SweepCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Train a configuration for several values of one key, and compare them.",
    discussion: """
      swift-dist-train sweep configs/grbm-fashion-mnist.yaml --over model.hidden=10,50,100,250

      Every value has a run directory of its own, such as runs/grbm-fashion-mnist/hidden-10. Started again, it \
      goes on where it was stopped, and leaves what is done as it is. Beside them table.md and table.csv hold the \
      last evaluation of each.
      """)

  @Argument(help: ArgumentHelp("The configuration, YAML.", valueName: "config"))
  var file: String

  @Option(help: ArgumentHelp("The key, and its values.", valueName: "key=value,value,…"))
  var over: String

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Replace a setting of all, such as training.epochs=5; may be repeated.",
      valueName: "key=value"))
  var settings: [String] = []

  @Option(
    name: .customLong("run-dir"), help: "Where run directories go. (default: runs/<name>)")
  var runDirectory: String?

  @Option(
    help: ArgumentHelp(
      "Train only this value of --over, counted from 0, and add it to the table: an element of a batch job's array.",
      valueName: "number"))
  var task: Int?

  @Flag(help: "Print errors and nothing else.")
  var quiet = false

  @OptionGroup
  var log: LogArguments

  var refusesToBeAlone: Bool { true }

  func run(_ communicator: Communicator) throws -> ExitStatus {
    StopRequest.listen()
    log.prepare(communicator, isQuiet: quiet)
    let options = Sweep.Options(
      configuration: file, over: over, settings: settings, directory: runDirectory, isQuiet: quiet,
      task: task)
    return try Sweep(communicator, options).run()
  }
}
