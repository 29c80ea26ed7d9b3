import ArgumentParser
import MessagePassing
import Training

/// `export`: writes a machine's parameters for other programs.
struct ExportCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract:
      "Write a restricted Boltzmann machine as arrays that scikit-learn's BernoulliRBM takes.",
    discussion: """
      The arrays are components_ [hidden, visible], intercept_hidden_ and intercept_visible_ (and \
      log_variance_ of Gaussian units that learn it). The output's ending says what is written: a NumPy \
      archive (.npz) or HDF5 (.h5).
      """)

  @Argument(help: "The checkpoint.")
  var checkpoint: String

  @Option(name: [.short, .long], help: "Where the arrays go: .npz or .h5.")
  var output = "rbm.npz"

  @Option(help: "The type of the numbers: float32 or float64.")
  var type = "float32"

  func validate() throws {
    guard output.hasSuffix(".npz") || output.hasSuffix(".h5") else {
      throw ValidationError("--output ends in .npz or .h5.")
    }
    guard ["float32", "float64"].contains(type) else {
      throw ValidationError("--type is float32 or float64.")
    }
  }

  var runsOnRankZeroAlone: Bool { true }

  func run(_ communicator: Communicator) throws -> ExitStatus {
    let model = try TrainedModel(communicator, checkpoint: checkpoint)
    try model.exportMachine(to: output, isDouble: type == "float64")
    print("components_, intercept_hidden_, intercept_visible_: \(output)")
    return .done
  }
}

/// `import-rbm`: makes a checkpoint of a machine that another program has trained.
struct ImportMachineCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "import-rbm",
    abstract: "Make a run of a machine trained elsewhere, such as scikit-learn's BernoulliRBM.",
    discussion: """
      numpy.savez('rbm.npz', components_=…, intercept_hidden_=…, intercept_visible_=…) writes what is \
      read; HDF5 with datasets of these names will do too. The configuration says what the machine is \
      (family rbm) and how it would be trained. The run's folder gets one checkpoint, of step 0: evaluate \
      it, sample from it, or start 'train' with the same configuration to go on from there.
      """)

  @Argument(help: "The arrays: .npz or HDF5.")
  var arrays: String

  @Option(help: "The configuration, YAML.")
  var config: String

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Replace a setting; may be repeated.", valueName: "key=value"))
  var settings: [String] = []

  @Option(name: .customLong("run-dir"), help: "Where the run is made. (default: runs/<name>)")
  var runDirectory: String?

  var runsOnRankZeroAlone: Bool { true }

  func run(_ communicator: Communicator) throws -> ExitStatus {
    let options = TrainingOptions(
      configuration: config, settings: settings, runDirectory: runDirectory, isQuiet: true)
    print("checkpoint: \(try TrainingRun.importMachine(arrays, communicator, options))")
    return .done
  }
}
