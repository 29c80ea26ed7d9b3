import ArgumentParser
import MessagePassing
import Training

/// `report`: makes a page of runs.
struct ReportCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Make one HTML page of a run, or compare several.",
    discussion: """
      swift-dist-train report runs/quickstart                       writes runs/quickstart/report.html
      swift-dist-train report runs/a runs/b --output compared.html  runs side by side
      swift-dist-train report runs/grbm-fashion-mnist               the runs of a sweep

      The page needs no network and no other file. A run that is under way, stopped or failed has a page, too. A \
      training writes its own at its end.
      """)

  @Argument(help: ArgumentHelp("Run directories, or the folder of a sweep.", valueName: "run"))
  var runs: [String]

  @Option(
    help: ArgumentHelp(
      "The file to write. (default: report.html in the run directory; of several runs, here)",
      valueName: "file"))
  var output: String?

  var runsOnRankZeroAlone: Bool { true }

  func run(_ communicator: Communicator) throws -> ExitStatus {
    print(try RunReport.write(runs, to: output))
    return .done
  }
}
