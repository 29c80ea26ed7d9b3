import ArgumentParser
import MessagePassing
import Reporting

/// How a command writes lines on standard error.
struct LogArguments: ParsableArguments {
  @Option(
    name: .customLong("log-format"),
    help: ArgumentHelp(
      "Lines on standard error: text for people, or json, one object a line, errors too.",
      valueName: "text|json"))
  var format = LogFormat.text

  /// Ranks that do not draw the bar keep out of its line. (The format has been chosen by then, from the words of
  /// the command line: mistakes in it are told of in that format.)
  func prepare(_ communicator: Communicator, isQuiet: Bool) {
    guard communicator.rank > 0 else { return }
    StandardError.setBar(ProgressDisplay.standardMode(quiet: isQuiet) == .bar)
  }
}

extension LogFormat: ExpressibleByArgument {}
