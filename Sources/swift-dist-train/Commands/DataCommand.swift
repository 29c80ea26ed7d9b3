import ArgumentParser
import Datasets
import Foundation
import MessagePassing
import Training

/// `data`: makes and looks at dataset files.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Import, inspect and repack datasets.",
    subcommands: [ImportCommand.self, InspectDataCommand.self, RepackCommand.self])
}

/// `data import`: other formats to HDF5.
struct ImportCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract:
      "Convert IDX, NumPy, CSV or folders of PNG images to one chunked, compressed HDF5 file.",
    discussion: """
      idx     a folder with the four MNIST-named files, gzipped or not
      npy     an .npy file of samples, or an .npz archive; --labels names an .npy of labels
      csv     one sample a line; --label-column names the labels
      images  a folder of folders of PNG files; each folder is a class

      Samples become /train/images (and /test/images), labels /train/labels (and /test/labels).
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case idx, npy, csv, images }

  @Argument(help: "The file or folder to read.")
  var input: String

  @Option(help: "What the input is.")
  var format: Format

  @Option(name: [.short, .long], help: "The HDF5 file to write.")
  var output: String

  @Option(help: "npy: an .npy file of labels.")
  var labels: String?

  @Option(
    name: .customLong("label-column"),
    help: "csv: the labels' column, by name or by number from 0 (-1 is the last).")
  var labelColumn: String?

  @Option(help: "csv: what stands between cells.")
  var delimiter = ","

  @Option(
    name: .customLong("test-fraction"),
    help: "csv, images: the share of samples that becomes the test set.")
  var testFraction = 0.0

  @Option(help: "csv, images: what chooses the test set.")
  var seed: UInt64 = 1

  var runsOnRankZeroAlone: Bool { true }

  func validate() throws {
    guard delimiter.count == 1 else { throw ValidationError("--delimiter is one character.") }
    guard (0..<1).contains(testFraction) else {
      throw ValidationError("--test-fraction is at least 0 and below 1.")
    }
  }

  func run(_ communicator: Communicator) throws -> ExitStatus {
    let importer: any DatasetImporter =
      switch format {
      case .idx: IDXImporter(directory: input)
      case .npy: NumPyImporter(input, labels: labels)
      case .csv: CSVImporter(input, options: csvOptions)
      case .images: ImageFolderImporter(input, testFraction: testFraction, seed: seed)
      }
    let summary = try importer.write(to: output)
    print(summary.text(of: output))
    return .done
  }

  private var csvOptions: CSVImporter.Options {
    var options = CSVImporter.Options()
    options.labelColumn = labelColumn.map { Int($0).map { .index($0) } ?? .name($0) }
    options.delimiter = delimiter.first!
    options.testFraction = testFraction
    options.seed = seed
    return options
  }
}

/// `data inspect`.
struct InspectDataCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Print what is in a dataset file.")

  @Argument(help: "Any HDF5 file.")
  var file: String

  @Flag(help: "Print JSON.")
  var json = false

  var runsOnRankZeroAlone: Bool { true }

  func run(_ communicator: Communicator) throws -> ExitStatus {
    try printInspection(of: file, json: json)
    return .done
  }
}

/// `data repack`.
struct RepackCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "repack",
    abstract: "Copy a dataset file into chunks that suit training, all of it or a balanced sample.")

  @Argument(help: "The HDF5 file to read.")
  var input: String

  @Option(name: [.short, .long], help: "The HDF5 file to write.")
  var output: String

  @Option(help: "At most so many samples of every set, balanced over the classes.")
  var rows: Int?

  @Option(help: "The gzip level, 0 to 9.")
  var gzip = 4

  var runsOnRankZeroAlone: Bool { true }

  func validate() throws {
    guard (0...9).contains(gzip) else { throw ValidationError("--gzip is 0 to 9.") }
    guard rows.map({ $0 > 0 }) ?? true else { throw ValidationError("--rows is above zero.") }
  }

  func run(_ communicator: Communicator) throws -> ExitStatus {
    var options = Repacking.Options()
    options.rows = rows
    options.deflate = gzip == 0 ? nil : gzip
    let summary = try Repacking(of: input, options: options).write(to: output)
    print(summary.text(of: output))
    return .done
  }
}

extension DatasetWriter.Summary {
  /// What was written.
  func text(of file: String) -> String {
    let rows = datasets.map {
      "  \($0.path)  \($0.shape.map(String.init).joined(separator: " × "))"
    }
    return "\(file)\n\(rows.joined(separator: "\n"))\n  fingerprint \(fingerprint)"
  }
}
