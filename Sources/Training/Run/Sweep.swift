import Datasets
import Foundation
import MessagePassing
import Reporting

/// Trains one configuration for several values of one key, one after the other, and makes a table of what came
/// of them.
public struct Sweep {
  /// What the command line says about a sweep.
  public struct Options: Sendable {
    /// The configuration file.
    public var configuration: String
    /// `key.subkey=value,value,…`.
    public var over: String
    /// `key.subkey=value`, applied on top.
    public var settings: [String]
    /// Where run directories go; nil is `runs/<name>`.
    public var directory: String?
    /// Whether to print errors and nothing else.
    public var isQuiet: Bool

    /// Options.
    public init(
      configuration: String, over: String, settings: [String] = [], directory: String? = nil,
      isQuiet: Bool = false
    ) {
      (self.configuration, self.over, self.settings) = (configuration, over, settings)
      (self.directory, self.isQuiet) = (directory, isQuiet)
    }
  }

  private let communicator: Communicator
  private let options: Options
  private let key: String
  private let values: [String]
  private let directory: String
  private let transform: String

  /// Checks the configuration of every value before the first is trained. Every rank calls this.
  /// - Throws: `UsageError`, or `ConfigurationError` of the first value that does not suit.
  public init(_ communicator: Communicator, _ options: Options) throws {
    (self.communicator, self.options) = (communicator, options)
    (key, values) = try together(communicator) { try Self.parse(options.over) }
    var (name, transform) = ("", "")
    for value in values {
      let configuration = try RunSetup.configuration(
        communicator, Self.training(options, [key, value].joined(separator: "="), nil))
      (name, transform) = (configuration.name, configuration.data.transform.rawValue)
    }
    directory = options.directory ?? "runs/\(name)"
    self.transform = transform
  }

  private static func training(_ options: Options, _ setting: String, _ directory: String?)
    -> TrainingOptions
  {
    TrainingOptions(
      configuration: options.configuration, settings: options.settings + [setting],
      runDirectory: directory, isQuiet: options.isQuiet)
  }

  /// The key, and its values: commas inside of brackets and braces do not part them.
  static func parse(_ text: String) throws -> (key: String, values: [String]) {
    var (parts, depth) = ([""], 0)
    let key = text.prefix { $0 != "=" }
    for character in text.dropFirst(key.count + 1) {
      if "[{".contains(character) { depth += 1 }
      if "]}".contains(character) { depth -= 1 }
      if character == "," && depth == 0 {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    let values = parts.map { $0.trimmingCharacters(in: .whitespaces) }
    let names = values.map { Self.name(String(key), $0) }
    guard !key.isEmpty, values.allSatisfy({ !$0.isEmpty }), Set(names).count == names.count else {
      throw UsageError(
        "--over is '\(text)' but must be a key and different values, such as "
          + "model.hidden=10,50,100")
    }
    return (String(key), values)
  }

  /// The name of a value's run directory, such as `hidden-10`.
  static func name(_ key: String, _ value: String) -> String {
    let last = key.split(separator: ".").last.map(String.init) ?? key
    let safe = value.map { $0.isLetter || $0.isNumber || ".-_".contains($0) ? $0 : "_" }
    return "\(last)-\(String(safe))"
  }

  /// Trains them all, or until a signal. A run that is done already stays as it is.
  public func run() throws -> ExitStatus {
    var table = SweepTable(key: key, earlier: "\(directory)/table.csv")
    for value in values {
      let place = "\(directory)/\(Self.name(key, value))"
      if communicator.rank == 0 && !options.isQuiet {
        print("\(key)=\(value): \(place)")
      }
      let start = Date()
      let run = try TrainingRun(
        communicator, Self.training(options, "\(key)=\(value)", place))
      let before = run.position.step
      if try run.run() == .stopped { return .stopped }
      let isDone = before == run.position.step
      let seconds = Date().timeIntervalSince(start)
      let unitScale =
        run.curriculum.count == 1
        ? try run.latestTrainer?.withAverages {
          try FileScaleError(run.first, run.setup.data, run.setup.across).measure()
        } : nil
      try together(communicator) {
        guard communicator.rank == 0 else { return }
        try table.add(
          value, run: place, width: run.setup.data.train.shape.count,
          unitScale: unitScale, seconds: isDone ? nil : seconds)
        try table.write(to: directory, transform: transform)
      }
    }
    if communicator.rank == 0 && !options.isQuiet {
      print("\n" + table.text + "\n" + table.notes(directory, transform), terminator: "")
    }
    return .done
  }
}
