import ArgumentParser
import Diagnosis
import MessagePassing
import Training

/// `doctor`: checks this machine, this allocation, this dataset.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check the machine, the launcher, the data and the run directory, on all ranks.",
    discussion: """
      Start it as a run would be started:

        mpirun -n 4 swift-dist-train doctor configs/rbm-mnist.yaml

      It trains nothing and leaves nothing behind. Each finding is 'ok', a 'note' (it works, but could be \
      faster or safer) or a 'problem' (a run would fail, hang, lose results, differ between numbers of \
      ranks, or crawl), with what to do. Exit code 0: no problem; 1: a problem; 2: bad usage.
      """)

  @Argument(help: ArgumentHelp("The configuration, YAML, of a run to come.", valueName: "config"))
  var file: String?

  @Option(help: "A dataset, in the place of that of the configuration.")
  var dataset: String?

  @Option(
    name: .customLong("run-dir"),
    help: "Where results would go. (default: runs/<name>, or runs)")
  var runDirectory: String?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Replace a setting, such as training.shards=8; may be repeated.", valueName: "key=value"))
  var settings: [String] = []

  @Flag(help: "Print JSON.")
  var json = false

  @Option(help: ArgumentHelp("How long a check may take.", valueName: "seconds"))
  var timeout = 10.0

  @Option(help: .hidden)
  var probe: String?

  func validate() throws {
    guard timeout >= 1, timeout <= 3600 else {
      throw ValidationError("--timeout \(timeout): give 1 to 3600 seconds.")
    }
    guard settings.isEmpty || file != nil else {
      throw ValidationError("--set changes a configuration; name one.")
    }
  }

  private var options: Doctor.Options {
    var options = Doctor.Options()
    (options.configuration, options.settings) = (file, settings)
    (options.dataset, options.runDirectory) = (dataset, runDirectory)
    (options.json, options.seconds) = (json, timeout)
    return options
  }

  /// Starts MPI in its own way, which a start that fails or hangs does not end, and checks.
  func launch(_ environment: LauncherEnvironment) throws -> Int32 {
    if let probe {
      try Probe.answer(probe)
      return ExitStatus.done.rawValue
    }
    let start = Start(environment, options)
    return runTogether(start.communicator) { try Doctor(start, options).run() }
  }
}
