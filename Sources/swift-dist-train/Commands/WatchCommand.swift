import ArgumentParser
import Foundation
import MessagePassing
import Reporting
import Training

/// `watch`: shows a running job from its files.
struct WatchCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Show how a run is doing, from its files alone: it may work on another host.",
    discussion: """
      swift-dist-train watch runs/rbm-mnist

      Where the run is, the courses of its metrics, its last pictures, warnings and lines of its log. q or \
      Ctrl-C ends it; the run goes on. Without a terminal it prints the same once.
      """)

  @Argument(help: ArgumentHelp("The run directory, such as runs/rbm-mnist.", valueName: "run"))
  var run: String

  @Flag(help: "Print how the run is doing now, and end.")
  var once = false

  @Option(help: ArgumentHelp("Seconds between two looks at the files.", valueName: "seconds"))
  var interval = 2.0

  func validate() throws {
    guard interval >= 0.1, interval <= 3600 else {
      throw ValidationError("--interval is from 0.1 to 3600 seconds.")
    }
  }

  var runsOnRankZeroAlone: Bool { true }

  func run(_ communicator: Communicator) throws -> ExitStatus {
    var watcher = try Self.watcher(run, interval)
    if once || !Watcher.hasTerminal {
      print(watcher.text(), terminator: "")
      return .done
    }
    let number = watcher.loop()
    // Whoever sent it sees that it was heard.
    if number > 0 {
      signal(number, SIG_DFL)
      raise(number)
    }
    return .done
  }

  private static func watcher(_ path: String, _ interval: Double) throws -> Watcher {
    do throws(FileError) {
      return Watcher(try WatchedRun(path: path), interval: interval)
    } catch {
      throw UsageError("cannot watch \(error)")
    }
  }
}
