import ArgumentParser
import MessagePassing
import Training

/// `complete`: lets a model complete samples of which a part is hidden.
struct CompleteCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "complete",
    abstract: "Hide a part of the first test samples, and let a checkpoint's model complete them.",
    discussion: "Writes a picture: the samples, what the model saw, and a row for each completion.")

  @Argument(help: "The checkpoint.")
  var checkpoint: String

  @Option(
    help: ArgumentHelp(
      "What is hidden: left, right, top, bottom, rows:10-19 or columns:0-9.", valueName: "part"))
  var occlude: String

  @Option(name: [.short, .long], help: "The picture to write (.png).")
  var output = "completions.png"

  @Option(help: "The number of samples.")
  var count = 10

  @Option(help: "The number of completions of each.")
  var completions = 5

  @Option(help: "The number of Gibbs sweeps of a chain.")
  var sweeps = 1000

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Replace a setting, such as data.test.file=other.h5.", valueName: "key=value"))
  var settings: [String] = []

  @Option(help: "What the draws are keyed by.")
  var seed: UInt64 = 1

  func validate() throws {
    guard Occlusion(occlude) != nil else {
      throw ValidationError(
        "--occlude is left, right, top, bottom, rows:10-19 or columns:0-9.")
    }
    guard (1...10_000).contains(count), (1...1000).contains(completions), sweeps > 0 else {
      throw ValidationError(
        "--count is from 1 to 10,000, --completions from 1 to 1000, --sweeps above zero.")
    }
    guard output.hasSuffix(".png") else { throw ValidationError("--output ends in .png.") }
  }

  func run(_ communicator: Communicator) throws -> ExitStatus {
    let model = try TrainedModel(communicator, checkpoint: checkpoint, settings: settings)
    try model.checkOutput(output)
    let options = CompletionOptions(
      Occlusion(occlude)!, count: count, completions: completions, sweeps: sweeps, seed: seed)
    if let completed = try model.complete(options) {
      try model.write(completed, to: output)
      print("\(completions) completions of \(count) samples: \(output)")
    }
    return .done
  }
}
