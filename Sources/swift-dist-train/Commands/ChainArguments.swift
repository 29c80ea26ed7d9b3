import ArgumentParser

/// What commands take that draw from a checkpoint's model by Gibbs chains.
struct ChainArguments: ParsableArguments {
  @Option(help: "The number of Gibbs sweeps of a chain.")
  var sweeps = 1000

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Replace a setting, such as data.test.file=other.h5.", valueName: "key=value"))
  var settings: [String] = []

  @Option(help: "What the draws are keyed by.")
  var seed: UInt64 = 1
}
