import ArgumentParser
import Foundation
import MessagePassing
import Reporting
import Training

/// `trace`: where the time of a run's timeline went.
struct TraceCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Show where the time of a run with --trace went.",
    discussion: """
      Prints a table: for every name the share of time without the spans inside, the total over ranks, \
      how often, the mean and the longest; then the longest waits, and for whom. Of a run that \
      was killed or stopped, or is under way, it joins the parts that ranks left in RUN/trace to RUN/trace.json first.

      To look at the timeline itself, open RUN/trace.json at https://ui.perfetto.dev or chrome://tracing.
      """)

  @Argument(help: ArgumentHelp("The run's directory.", valueName: "run"))
  var directory: String

  @Option(help: "Show at most so many names.")
  var most = 20

  func validate() throws {
    guard most > 0 else { throw ValidationError("--most is \(most), but must be 1 or more.") }
  }

  var runsOnRankZeroAlone: Bool { true }

  func run(_ communicator: Communicator) throws -> ExitStatus {
    do {
      try TraceFiles.joinNewer(directory)
      print(try TraceSummary(path: TraceFiles.joined(of: directory)).text(most: most))
      return .done
    } catch {
      throw UsageError(error.description)
    }
  }
}
