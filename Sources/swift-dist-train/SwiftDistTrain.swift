import ArgumentParser
import Foundation
import MessagePassing
import Reporting
import Training

/// The command line: it parses, wires and prints; what is done lives in the targets below.
@main
struct SwiftDistTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swift-dist-train",
    abstract:
      "Train classic generative models on one core or many MPI ranks: same data, same seed, same bits.",
    discussion: """
      A first run, on two ranks, from the folder of the project:

        mpirun -n 2 swift-dist-train train configs/quickstart.yaml

      It writes runs/quickstart/: pictures in images/, metrics in metrics.jsonl, checkpoints in \
      checkpoints/. Stop it with Ctrl-C (under mpirun with kill -USR1, since Open MPI gives its ranks one second \
      after Ctrl-C) and start it again, on any number of ranks: it goes on where it was and ends in \
      the same bits.

      Exit codes: 0 done; 2 bad usage, configuration or input; 3 stopped by a signal after a \
      checkpoint; 4 numerical failure; 5 a rank or the communication failed; 1 anything else.
      """,
    version: programVersion,
    subcommands: [
      TrainCommand.self, WatchCommand.self, SweepCommand.self, LaunchCommand.self,
      EvaluateCommand.self,
      SampleCommand.self,
      CompleteCommand.self, EncodeCommand.self, ExportCommand.self, ImportMachineCommand.self,
      PrincipalComponentCommand.self, EmbedCommand.self,
      ReportCommand.self, InspectCommand.self, DataCommand.self, TraceCommand.self,
      BenchCommand.self,
      DoctorCommand.self,
    ])

  static func main() {
    let environment = LauncherEnvironment()
    StandardError.use(LogFormat(arguments: CommandLine.arguments), rank: environment.rank)
    do {
      let command = try parseAsRoot()
      if let doctor = command as? DoctorCommand { Foundation.exit(try doctor.launch(environment)) }
      guard let rankCommand = command as? any RankCommand else {
        var command = command
        if environment.rank == 0 { try command.run() }
        return
      }
      Foundation.exit(try run(rankCommand, environment))
    } catch {
      Foundation.exit(complain(error, environment))
    }
  }

  private static func run(_ command: any RankCommand, _ environment: LauncherEnvironment) throws
    -> Int32
  {
    if command.runsOnRankZeroAlone {
      guard environment.rank == 0 else { return 0 }
      return runTogether(.solo()) { try command.run(.solo()) }
    }
    if command.refusesToBeAlone, let lonely = environment.lonelyTask {
      // A launcher may kill all tasks when the first has failed: the one that speaks must have spoken.
      guard lonely.speaks else { return ExitStatus.done.rawValue }
      printError(lonely.description)
      return ExitStatus.badInput.rawValue
    }
    let communicator = try Communicator.world(environment)
    return runTogether(communicator) { try command.run(communicator) }
  }

  /// Prints help or a usage error once, whatever the number of ranks.
  private static func complain(_ error: any Error, _ environment: LauncherEnvironment) -> Int32 {
    // A launcher may kill all ranks when the first has failed: rank 0 must have spoken by then.
    guard environment.rank == 0 else { return ExitStatus.done.rawValue }
    let isHelp = exitCode(for: error) == .success
    let text = fullMessage(for: error)
    if isHelp {
      try? FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    } else {
      StandardError.write(paragraphs: text, level: .error)
    }
    return isHelp ? ExitStatus.done.rawValue : max(ExitStatus(error).rawValue, 2)
  }
}

/// A command that ranks run together.
protocol RankCommand: ParsableCommand {
  /// Whether other ranks have nothing to do.
  var runsOnRankZeroAlone: Bool { get }
  /// Whether a process by itself is a mistake where a scheduler has set up several tasks.
  var refusesToBeAlone: Bool { get }
  /// Does it.
  func run(_ communicator: Communicator) throws -> ExitStatus
}

extension RankCommand {
  var runsOnRankZeroAlone: Bool { false }
  var refusesToBeAlone: Bool { false }
}
