/// What a run shows of itself. None of it shapes a result.
public struct ReportingSettings: Sendable {
  /// The metrics that progress shows beside the loss; nil leaves the choice to the program.
  public var show: [String]?
  /// Whether event files for TensorBoard are written.
  public var tensorBoard: Bool
  /// The number of epochs between two histograms of parameters and gradients; 0 makes none.
  public var histogramsEveryEpochs: Int

  init(_ reader: SettingsReader) throws {
    show = try Self.names(reader, "show")
    tensorBoard = try reader.flag("tensorboard", default: true)
    histogramsEveryEpochs = try reader.integer(
      "histograms_every_epochs", default: 1, in: 0...Int.max)
  }

  private static func names(_ reader: SettingsReader, _ key: String) throws -> [String]? {
    guard reader.has(key) else { return reader.notGiven(key) }
    let names = try reader.strings(key)
    guard names.count <= 2 else {
      throw reader.error("names \(names.count) metrics but there is room for two", key: key)
    }
    return names
  }
}
