import ArgumentParser
import Datasets
import Foundation
import MessagePassing
import Reporting
import Training

/// `inspect`: what is in a checkpoint or a dataset file.
struct InspectCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Print what is in a checkpoint (with its digest) or in a dataset file.")

  @Argument(help: "A checkpoint or any HDF5 file.")
  var file: String

  @Flag(help: "Print JSON; of a checkpoint it has \"digest\".")
  var json = false

  var runsOnRankZeroAlone: Bool { true }

  func run(_ communicator: Communicator) throws -> ExitStatus {
    if try Checkpoint.isCheckpoint(file) {
      let checkpoint = try Checkpoint(reading: file)
      print(json ? checkpoint.json.encoded(pretty: true) : checkpoint.text(path: file))
    } else {
      try printInspection(of: file, json: json)
    }
    return .done
  }
}

/// Prints a dataset file's contents.
func printInspection(of file: String, json: Bool) throws {
  let inspection = try DatasetInspection(of: file)
  guard json else { return print(inspection) }
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  print(String(decoding: try encoder.encode(inspection), as: UTF8.self))
}
