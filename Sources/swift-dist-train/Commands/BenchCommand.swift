import ArgumentParser
import Benchmarks
import MessagePassing
import Reporting
import Training

/// `bench`: how fast this machine trains.
struct BenchCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure this machine: training steps, reductions and loading.",
    discussion: """
      Rows: \(Benchmarks.names.joined(separator: ", ")). 'allreduce' stands for all rows that begin \
      so. Under mpirun all ranks are measured together. The share of sgemm is against what this core \
      reaches on large matrices in the same run: the figure that travels between machines.
      """)

  @Option(
    help: ArgumentHelp("Rows to measure, with commas between. (default: all)", valueName: "a,b"))
  var rows = ""

  @Flag(help: "Print JSON.")
  var json = false

  func run(_ communicator: Communicator) throws -> ExitStatus {
    let names = rows.split(separator: ",").map(String.init)
    let table = try together(communicator) { try Benchmarks(rows: names) }.run(communicator)
    if communicator.rank == 0 {
      print(json ? table.json.encoded(pretty: true) : table.text)
    }
    return .done
  }
}
