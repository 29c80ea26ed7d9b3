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

  @OptionGroup
  var chains: ChainArguments

  /// All completions lie in memory, and in one picture.
  private static let mostCompletions = 100_000

  func validate() throws {
    guard Occlusion(occlude) != nil else {
      throw ValidationError(
        "--occlude is left, right, top, bottom, rows:10-19 or columns:0-9.")
    }
    guard (1...10_000).contains(count), (1...1000).contains(completions),
      chains.sweeps > 0
    else {
      throw ValidationError(
        "--count is from 1 to 10,000, --completions from 1 to 1000, --sweeps above zero.")
    }
    guard count * completions <= Self.mostCompletions else {
      throw ValidationError(
        "--count times --completions is \(count * completions), but at most 100,000; take fewer samples, "
          + "or fewer completions of each.")
    }
    guard output.hasSuffix(".png") else { throw ValidationError("--output ends in .png.") }
  }

  func run(_ communicator: Communicator) throws -> ExitStatus {
    let model = try TrainedModel(communicator, checkpoint: checkpoint, settings: chains.settings)
    try model.checkOutput(output)
    let options = CompletionOptions(
      Occlusion(occlude)!, count: count, completions: completions, sweeps: chains.sweeps,
      seed: chains.seed)
    if let completed = try model.complete(options) {
      try model.write(completed, to: output)
      print("\(completions) completions of \(count) samples: \(output)")
    }
    return .done
  }
}
