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
    /// The place of the only value to train, from 0; nil trains all.
    public var task: Int?

    /// Options.
    public init(
      configuration: String, over: String, settings: [String] = [], directory: String? = nil,
      isQuiet: Bool = false, task: Int? = nil
    ) {
      (self.configuration, self.over, self.settings) = (configuration, over, settings)
      (self.directory, self.isQuiet, self.task) = (directory, isQuiet, task)
    }
  }

  private let communicator: Communicator
  private let options: Options
  private let key: String
  private let values: [String]
  private let directory: String
  private let transform: String
  /// When the job ends, read once: a value that begins after that is no mistake. Rank 0 knows.
  private let deadline: Deadline?

  /// Checks the configuration of every value before the first is trained. Every rank calls this.
  /// - Throws: `UsageError`, or `ConfigurationError` of the first value that does not suit.
  public init(_ communicator: Communicator, _ options: Options) throws {
    (self.communicator, self.options) = (communicator, options)
    (key, values) = try together(communicator) {
      let found = try Self.parse(options.over)
      try Self.check(task: options.task, of: found.values.count)
      return found
    }
    var (name, transform) = ("", "")
    var deadline = try Deadline.read(communicator)
    for value in values {
      let configuration = try RunSetup.configuration(
        communicator, Self.training(options, [key, value].joined(separator: "="), nil))
      (name, transform) = (configuration.name, configuration.data.transform.rawValue)
      try together(communicator) {
        try deadline?.keep(margin: configuration.robustness.deadlineMargin)
      }
    }
    directory = options.directory ?? "runs/\(name)"
    (self.transform, self.deadline) = (transform, deadline)
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

  private static func check(task: Int?, of count: Int) throws {
    guard let task, !(0..<count).contains(task) else { return }
    throw UsageError(
      "--task is \(task) but --over names \(count) values: give a number from 0 to \(count - 1)")
  }

  /// Trains them all, or the one of the task, or until a signal. A run that is done already stays as it is.
  public func run() throws -> ExitStatus {
    let values = options.task.map { [self.values[$0]] } ?? self.values
    for (index, value) in values.enumerated() {
      if try index > 0 && isTimeUp() { return .stopped }
      if try train(value) == .stopped { return .stopped }
    }
    try together(communicator) {
      guard communicator.rank == 0 && !options.isQuiet else { return }
      let table = try SweepTable(key: key, values: values, earlier: "\(directory)/table.csv")
      print("\n" + table.text + "\n" + table.notes(directory, transform), terminator: "")
    }
    return .done
  }

  /// Whether too little is left of the job's time to begin another value. All ranks come to the same conclusion.
  private func isTimeUp() throws -> Bool {
    let isUp = deadline.map { $0.left() < $0.needed(steps: 1, evaluates: false) } ?? false
    guard try communicator.broadcast([isUp ? 1 : 0]) == [1] else { return false }
    if let deadline {
      RunLog.standardError(
        "stopped between two values: the job's time (\(deadline.name)) is nearly over; run it again to go on"
      )
    }
    return true
  }

  /// Beside the run directories, where the script of an array looks for it: it does not know their names.
  private var mark: String? { options.task.map { "\(directory)/stopped-\($0)" } }

  private func train(_ value: String) throws -> ExitStatus {
    let place = "\(directory)/\(Self.name(key, value))"
    if communicator.rank == 0 && !options.isQuiet { print("\(key)=\(value): \(place)") }
    let start = Date()
    let run = try TrainingRun(
      communicator, Self.training(options, "\(key)=\(value)", place), deadline: deadline)
    if communicator.rank == 0, let mark { unlink(mark) }
    let before = run.position.step
    let status = try run.run { status in
      guard status == .done else { return }
      let isDone = before == run.position.step
      try conclude(run, value, place, isDone ? nil : Date().timeIntervalSince(start))
    }
    if status == .stopped, communicator.rank == 0, let mark {
      StopMark(isTimeUp: run.isTimeUp).write(to: mark)
    }
    return status
  }

  /// Measures what only the table tells, and writes the value's row.
  private func conclude(
    _ run: TrainingRun, _ value: String, _ place: String, _ seconds: Double?
  ) throws {
    let unitScale = try Pulse.during(.evaluate) {
      run.curriculum.count == 1
        ? try run.latestTrainer?.withAverages {
          try FileScaleError(run.first, run.setup.data, run.setup.across).measure()
        } : nil
    }
    let width = run.setup.data.train.shape.count
    // Long: another task may be writing.
    try Pulse.during(.checkpoint) {
      try together(communicator) {
        guard communicator.rank == 0 else { return }
        let metrics = try SweepTable.metrics(of: place, width: width, unitScale: unitScale)
        try write(SweepTable.Row(value: value, metrics: metrics, seconds: seconds))
      }
    }
  }

  /// Adds a row to the table. The tasks of an array do so at the same time: one after the other.
  private func write(_ row: SweepTable.Row) throws {
    let lock = FileLock(waitingFor: "\(directory)/.table-lock")
    if !lock.isHeld {
      RunJournal.warn(
        "warning: \(directory)/.table-lock is held by another process, or cannot be locked: the row of "
          + "\(row.value) is written all the same; if one is missing from the table in the end, start the sweep again"
      )
    }
    var table = try SweepTable(key: key, values: values, earlier: "\(directory)/table.csv")
    table.set(row)
    try table.write(to: directory, transform: transform)
    withExtendedLifetime(lock) {}
  }
}
