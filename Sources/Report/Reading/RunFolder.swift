import Foundation
import Reporting

/// All that a report tells of one run, from the files of its directory. What is missing or torn is left out.
public struct RunFolder: Sendable {
  /// How a run stands.
  public enum State: String, Sendable {
    case done, stopped, diverged, failed
    /// It works on.
    case running = "under way"
    /// It has ended without a word, or nobody knows.
    case unknown = "ended, or not known"
  }

  /// What a caller knows of a run besides its files.
  public struct Knowledge: Sendable {
    /// The settings of a `config.yaml`; nil where they cannot be read.
    public var settings: @Sendable (_ yaml: String) -> [Setting]?
    /// Whether a process works in a run directory.
    public var isRunning: @Sendable (_ path: String) -> Bool

    /// Knowledge.
    public init(
      settings: @escaping @Sendable (String) -> [Setting]?,
      isRunning: @escaping @Sendable (String) -> Bool
    ) { (self.settings, self.isRunning) = (settings, isRunning) }
  }

  /// One setting of a configuration.
  public struct Setting: Sendable, Equatable {
    /// With the names of the sections before it: `model.hidden`.
    public var key: String
    /// As the configuration writes it.
    public var value: String
    /// What it would be if it were not given; nil where it must be given, or may be left out.
    public var standard: String?

    /// A setting.
    public init(key: String, value: String, standard: String?) {
      (self.key, self.value, self.standard) = (key, value, standard)
    }

    var isStandard: Bool {
      standard == value || standard == nil && ["null", "~", ""].contains(value)
    }
  }

  let path: String
  var name: String
  let state: State
  /// Why it failed or stopped, where it says.
  let reason: String?
  let yaml: String
  let settings: [Setting]?
  let environment: RunEnvironment
  let metrics: MetricsReader.Result
  let pictures: Pictures
  let tables: [(name: String, tables: [EvaluationTable])]
  let timing: Timing?
  let trace: TraceSummary?
  /// Whether there is a timeline that is too large to be read for a page.
  let isTraceLarge: Bool
  let digest: String?
  var wallClock: WallClock? { WallClock(environment, timing) }
  let log: LogTail
  let files: [String]

  /// Reads a run directory.
  /// - Parameter pictureBytes: what its pictures may take.
  init(_ path: String, _ knowledge: Knowledge, pictureBytes: Int) {
    self.path = path
    let text = { (name: String) in
      FileManager.default.contents(atPath: path + "/" + name).map {
        String(decoding: $0, as: UTF8.self)
      }
    }
    yaml = text("config.yaml") ?? ""
    settings = yaml.isEmpty ? nil : knowledge.settings(yaml)
    let folder = URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent
    name = settings?.first { $0.key == "name" }?.value ?? folder
    environment = RunEnvironment(path + "/environment.json")
    metrics = MetricsReader.read(path + "/metrics.jsonl")
    pictures = Pictures(in: path + "/images", bytes: pictureBytes)
    tables = EvaluationTable.all(in: path + "/tables")
    timing = JSONFile.read(path + "/timing.json").flatMap { Timing($0) }
    isTraceLarge = TraceFiles.bytes(of: path) > Self.mostTrace
    trace = isTraceLarge ? nil : try? TraceSummary(path: path + "/trace.json")
    log = LogTail(path + "/train.log")
    // The log of a run that knows nothing of its starts may have said more than the last end.
    digest = environment.starts.isEmpty ? log.digest : environment.digest
    let failure = JSONFile.read(path + "/failure.json")
    let stopped = text("stopped")?.trimmingCharacters(in: .whitespacesAndNewlines)
    (state, reason) = Self.state(
      isRunning: knowledge.isRunning(path), environment, failure: failure, stopped: stopped)
    files = Self.known.filter { FileManager.default.fileExists(atPath: path + "/" + $0) }
  }

  private static func state(
    isRunning: Bool, _ environment: RunEnvironment, failure: JSONValue?, stopped: String?
  ) -> (State, String?) {
    if let failure { return (.failed, failure["reason"]?.stringValue) }
    if let stopped {
      return (.stopped, stopped == "time" ? "at the end of the job's time" : "by a signal")
    }
    switch environment.lastEnd {
    case .done: return (.done, nil)
    case .stopped: return (.stopped, nil)
    case .diverged: return (.diverged, environment.reason)
    case .failed: return (.failed, environment.reason)
    case nil: return (isRunning ? .running : .unknown, nil)
    }
  }

  /// Bytes of the largest timeline that is read for a page.
  public static let mostTrace = 500_000_000

  /// What may be in a run directory, for links.
  private static let known = [
    "config.yaml", "metrics.jsonl", "train.log", "environment.json", "timing.json", "trace.json",
    "failure.json", "checkpoints", "checkpoints/best.h5", "images", "tables", "tensorboard", "logs",
  ]

  /// Whether a folder is a run directory.
  static func isRun(_ path: String) -> Bool {
    ["config.yaml", "metrics.jsonl"].contains {
      FileManager.default.fileExists(atPath: path + "/" + $0)
    }
  }
}
