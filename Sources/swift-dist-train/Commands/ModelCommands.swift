import ArgumentParser
import Foundation
import MessagePassing
import Models
import Objectives
import Reporting
import Tensors
import Training

/// `evaluate`: measures a checkpoint on its test set.
struct EvaluateCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Evaluate a checkpoint on the test set, each sample once, over all ranks.",
    discussion: "Other data: --set data.test.file=other.h5 --set data.test.images=/images")

  @Argument(help: "The checkpoint.")
  var checkpoint: String

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Replace a setting, such as data.test.file=other.h5.", valueName: "key=value"))
  var settings: [String] = []

  @Flag(help: "Print JSON.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Write tables, such as the confusion matrix of a model that classifies, into this folder, as JSON "
        + "and as pictures.",
      valueName: "folder"))
  var tables: String?

  @OptionGroup
  var log: LogArguments

  func run(_ communicator: Communicator) throws -> ExitStatus {
    let model = try TrainedModel(communicator, checkpoint: checkpoint, settings: settings)
    if let tables { try model.checkFolder(ofTables: tables) }
    let values = try model.evaluate()
    guard communicator.rank == 0 else { return .done }
    for note in model.notes { StandardError.write(Message(line: note)) }
    if json {
      var object = JSONObject(values.map { ($0.name, JSONValue.double($0.value)) })
      if !model.tables.isEmpty { object["tables"] = .array(model.tablesAsJSON) }
      print(JSONValue.object(object).encoded(pretty: true))
    } else {
      var table = Table([.left("quantity"), .right("mean over the test set")])
      for (name, value) in values { table.add([name, Format.metric(value)]) }
      print(table.text())
    }
    guard let tables else { return .done }
    guard !model.tables.isEmpty else {
      StandardError.write(
        Message(line: "this model has no tables; nothing is written to \(tables)"))
      return .done
    }
    let files = try model.writeTables(into: tables)
    if !json { print(files.joined(separator: "\n")) }
    return .done
  }
}

/// `sample`: draws from a model.
struct SampleCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Draw samples from a checkpoint's model.",
    discussion: "The output's ending says what is written: a grid of pictures (.png) or HDF5 (.h5)."
  )

  @Argument(help: "The checkpoint.")
  var checkpoint: String

  @Option(name: [.short, .long], help: "Where samples go: .png or .h5.")
  var output = "samples.png"

  @Option(
    help:
      "The number of samples (default: 100), or of each class of a model that takes labels (10).")
  var count: Int?

  @Option(
    help: ArgumentHelp(
      "The classes to draw from, of a model that takes labels (default: all).",
      valueName: "3,5,7"))
  var classes: String?

  @Option(
    help: ArgumentHelp(
      "The number of replicas of each chain of a machine, at as many temperatures: chains then cross between modes.",
      valueName: "K"))
  var temperatures = 1

  @Flag(
    name: .customLong("from-data"),
    help: "Start chains at the first test samples and not at random.")
  var fromData = false

  @OptionGroup
  var chains: ChainArguments

  func validate() throws {
    guard count ?? 1 <= 10_000_000 else {
      throw ValidationError("--count is at most 10,000,000.")
    }
    guard classNumbers != nil else {
      throw ValidationError("--classes is a list of class numbers, such as 3,5,7.")
    }
    guard count ?? 1 > 0, chains.sweeps > 0 else {
      throw ValidationError("--count and --sweeps are above zero.")
    }
    guard (1...1000).contains(temperatures) else {
      throw ValidationError("--temperatures is from 1 to 1000.")
    }
    guard output.hasSuffix(".png") || output.hasSuffix(".h5") else {
      throw ValidationError("--output ends in .png or .h5.")
    }
  }

  func run(_ communicator: Communicator) throws -> ExitStatus {
    let model = try TrainedModel(communicator, checkpoint: checkpoint, settings: chains.settings)
    try model.checkOutput(output)
    let count = count ?? (model.configuration.model.classes == nil ? 100 : 10)
    let options = DrawOptions(
      count: count, sweeps: chains.sweeps, seed: chains.seed, fromData: fromData,
      classes: classNumbers ?? [],
      temperatures: temperatures)
    if let drawn = try model.sample(options) {
      try model.write(drawn, to: output)
      print("\(drawn.samples.shape[0]) samples: \(output)")
      if let line = exchangeLine(drawn.exchanges) { print(line) }
    }
    return .done
  }

  /// How often neighbours in temperature have exchanged states; nil without several temperatures.
  private func exchangeLine(_ exchanges: [ExchangeCount]) -> String? {
    let rates = exchanges.filter { $0.offered > 0 }.map { Double($0.taken) / Double($0.offered) }
    guard let least = rates.min() else { return nil }
    let mean = rates.reduce(0, +) / Double(rates.count)
    return String(
      format: "exchanges taken between neighbouring temperatures: %.0f%%, by the worst pair %.0f%%",
      100 * mean, 100 * least)
      + (least < 0.05 ? "; raise --temperatures" : "")
  }

  /// What `--classes` lists, each once: empty when it is not given, nil when it is no list of numbers.
  private var classNumbers: [Int]? {
    guard let classes else { return [] }
    let words = classes.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = words.compactMap { Int($0) }
    guard numbers.count == words.count, Set(numbers).count == numbers.count else { return nil }
    return numbers
  }
}

/// `encode`: writes the hidden codes of a dataset.
struct EncodeCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode",
    abstract: "Write the codes of all samples to HDF5: /codes [N, width] and /labels [N].")

  @Argument(help: "The checkpoint.")
  var checkpoint: String

  @Option(name: [.short, .long], help: "The HDF5 file to write.")
  var output = "codes.h5"

  @Option(help: "Which samples: test or train.")
  var split = "test"

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "Replace a setting, such as data.test.file=other.h5.", valueName: "key=value"))
  var settings: [String] = []

  func validate() throws {
    guard ["test", "train"].contains(split) else {
      throw ValidationError("--split is test or train.")
    }
  }

  func run(_ communicator: Communicator) throws -> ExitStatus {
    let model = try TrainedModel(communicator, checkpoint: checkpoint, settings: settings)
    try model.checkOutput(output)
    if let (codes, labels) = try model.encode(split == "test" ? .test : .train) {
      try model.write(codes: codes, labels: labels, to: output)
      print("\(codes.shape[0]) codes of \(codes.shape[1]) values: \(output)")
    }
    return .done
  }
}
