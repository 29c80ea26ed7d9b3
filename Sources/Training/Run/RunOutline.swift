import Foundation

/// What a configuration says about a run before it starts: as much as who starts its ranks must know. No data is read: they
/// may be on other machines.
public struct RunOutline: Sendable {
  /// The name of the run.
  public let name: String
  /// Where its results go unless it is told otherwise: `runs/<name>`.
  public var directory: String { "runs/\(name)" }
  /// The number of logical shards: the most ranks.
  public let shards: Int
  /// The most threads of OpenBLAS that a rank has.
  public let blasThreads: Int
  /// The number of values of a sweep; 1 without one.
  public let values: Int

  /// Reads a configuration, and checks it, with each value of a sweep.
  /// - Parameters:
  ///   - file: the configuration.
  ///   - settings: `key.subkey=value`, applied on top.
  ///   - over: `key.subkey=value,value,…`, or nil.
  /// - Throws: `UsageError`, or `ConfigurationError`.
  public init(
    configuration file: String, settings: [String] = [], over: String? = nil
  ) throws {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw UsageError(
        "cannot read the configuration \(file); name a YAML file that exists, from here "
          + "(\(FileManager.default.currentDirectoryPath)) or with its whole path")
    }
    let text = String(decoding: data, as: UTF8.self)
    let swept = try over.map { try Sweep.parse($0) }
    let all = swept.map { sweep in sweep.values.map { settings + ["\(sweep.key)=\($0)"] } }
    let runs = try (all ?? [settings]).map { try Self.configuration(text, file, $0) }
    name = runs[runs.count - 1].name
    shards = runs.map(\.training.shards).min()!
    blasThreads = runs.map(\.training.blasThreads).max()!
    values = runs.count
  }

  private static func configuration(_ text: String, _ file: String, _ settings: [String]) throws
    -> RunConfiguration
  {
    let configuration = try RunConfiguration(text: text, file: file, settings: settings)
    try configuration.model.check(configuration)
    guard !configuration.model.curriculum.isEmpty else {
      let family = type(of: configuration.model).name
      throw UsageError(
        "a model of family \(family) is not trained by steps; run 'swift-dist-train \(family) \(file)'"
      )
    }
    return configuration
  }
}
